// Package bridge holds what the plugins do alike: tokens, and the flag that prints the schema.
package bridge

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Type gives a resource's token; Type("docker", "Container") is "docker:index/container:Container".
func Type(pkg, name string) tokens.Type {
	return tokens.Type(Member(pkg, name))
}

// Member gives a function's token; Member("docker", "getNetwork") is "docker:index/getNetwork:getNetwork".
func Member(pkg, name string) tokens.ModuleMember {
	file := strings.ToLower(name[:1]) + name[1:]
	return tokens.ModuleMember(pkg + ":index/" + file + ":" + name)
}

// Check ends the process where something went wrong.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// PrintSchema prints the schema and ends the process when the plugin was called with -schema.
func PrintSchema(schema []byte) {
	if !slices.Contains(os.Args[1:], "-schema") {
		return
	}
	var value any
	Check(json.Unmarshal(schema, &value))
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	Check(encoder.Encode(value))
	os.Exit(0)
}
