package model

// EnumInfo is an enum of the contract.
type EnumInfo struct {
	Name   string
	Values []EnumValueInfo
}

// EnumValueInfo is a value of an enum.
type EnumValueInfo struct {
	Enum        string
	Code        string
	Description string
}
