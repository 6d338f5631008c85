// Package outputs tests outputs together with the encoders that belong to them against real servers.
package outputs
