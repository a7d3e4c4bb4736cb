// Package shim opens the upstream Docker provider, whose constructor is internal to its module.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New returns the upstream provider.
func New(version string) *schema.Provider { return provider.New(version)() }
