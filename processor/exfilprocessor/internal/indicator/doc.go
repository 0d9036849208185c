// Package indicator answers whether a peer's address or name is listed, in files
// of indicators that the operator keeps, and whether a name belongs to a public
// service that data is known to be carried away by.
package indicator
