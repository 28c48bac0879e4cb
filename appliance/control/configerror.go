package control

import (
	"errors"

	"sallyport/conf"
)

// ConfigError says why a configuration is refused. Nothing was changed.
type ConfigError struct {
	Message string // a line for each of Places, if there are any
	Places  []Place
}

// Place is a fault in a file.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in bytes
	Message string `json:"message"`
}

func (e *ConfigError) Error() string { return e.Message }

// configError returns err as a ConfigError, if it is the fault of a
// configuration.
func configError(err error) (*ConfigError, bool) {
	var c *ConfigError
	var faults conf.Errors
	switch {
	case errors.As(err, &c):
		return c, true
	case errors.As(err, &faults):
		c = &ConfigError{Message: faults.Error()}
		for _, f := range faults {
			c.Places = append(c.Places, Place{f.File, f.Line, f.Column, f.Message})
		}
		return c, true
	}
	return nil, false
}
