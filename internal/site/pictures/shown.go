package pictures

import "homebound/internal/site/port"

// Sources returns what the picture rests on, in the order of its figures.
func (c *Shown) Sources() []port.Source { return c.sources }
