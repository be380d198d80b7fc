// Package scalar reads and writes the scalars of the contract: domain types need to know nothing of GraphQL.
package scalar
