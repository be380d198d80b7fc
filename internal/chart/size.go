package chart

// Height returns how high the picture is when it is drawn so, in CSS pixels: pages keep the room free until it has
// come.
func (p *Picture) Height(o Options) int { return int(p.scene(o).bottom) }
