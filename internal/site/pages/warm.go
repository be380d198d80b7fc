package pages

import (
	"context"

	"homebound/graph"
)

// warmings is how often Warm goes on with what the time of one answer was too short for, such as the checks of
// claims over a large register: answers found on the way are kept.
const warmings = 5

// Warm tells the story of the current release to nobody, so that the first reader of the page at / does not wait
// for what is computed once for a release. Whoever comes without a key has to be let in; else it does nothing. It
// returns an error where the page could not be shown either.
func (s *Pages) Warm(ctx context.Context) error {
	ctx, admitted := s.Anonymous(ctx)
	if !admitted {
		return nil
	}
	release, done, err := s.Store.Current(ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx = graph.WithRelease(ctx, release)
	for range warmings {
		told, err := s.tellStory(ctx, "")
		if err != nil || !told.Partial {
			return err
		}
	}
	return nil
}
