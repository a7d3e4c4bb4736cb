// Command random is the Pulumi plugin "random": the upstream provider under the names of the npm package.
package main

import (
	"context"
	"errors"
	"io"

	"foobar/pulumi-plugins/internal/bridge"

	pfbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// version is set by the linker to the version of the npm package.
var version string

func random(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: bridge.Type("random", name)}
}

// resultAsID gives random bytes an identity: upstream has no "id" for them. An identity is never secret.
func resultAsID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	result := state["base64"]
	if result.IsSecret() {
		result = result.SecretValue().Element
	}
	if !result.IsString() {
		return "", errors.New("random bytes without a result")
	}
	return resource.ID(result.StringValue()), nil
}

// atLeastSchema1 takes a state without a schema version for one of version 1: old states of strings lost theirs, and
// version 0 is older than any that this plugin can meet.
func atLeastSchema1(args tfbridge.PreStateUpgradeHookArgs) (int64, resource.PropertyMap, error) {
	return max(args.PriorStateSchemaVersion, 1), args.PriorState, nil
}

func provider() tfbridge.ProviderInfo {
	bytes := random("RandomBytes")
	bytes.ComputeID = resultAsID

	text := random("RandomString")
	text.PreStateUpgradeHook = atLeastSchema1

	return tfbridge.ProviderInfo{
		P:            pfbridge.ShimProvider(shim.New()),
		Name:         "random",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			"random_bytes":    bytes,
			"random_id":       random("RandomId"),
			"random_integer":  random("RandomInteger"),
			"random_password": random("RandomPassword"),
			"random_pet":      random("RandomPet"),
			"random_shuffle":  random("RandomShuffle"),
			"random_string":   text,
			"random_uuid":     random("RandomUuid"),
			"random_uuid4":    random("RandomUuid4"),
			"random_uuid7":    random("RandomUuid7"),
		},
	}
}

func main() {
	ctx := context.Background()
	info := provider()
	generated, err := tfgen.GenerateSchema(ctx, tfgen.GenerateSchemaOptions{
		ProviderInfo:    info,
		DiagnosticsSink: diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true,
	})
	bridge.Check(err)
	bridge.PrintSchema(generated.ProviderMetadata.PackageSchema)
	pfbridge.Main(ctx, "random", info, generated.ProviderMetadata)
}
