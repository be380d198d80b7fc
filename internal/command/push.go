package command

import (
	"errors"
	"fmt"

	"homebound/db"
)

type pushCommand struct {
	dataFlag
	Address string `arg:"" placeholder:"s3://BUCKET/PREFIX|postgres://HOST/DATABASE" help:"Object storage or PostgreSQL to copy to; AWS_ENDPOINT_URL and the other AWS_ variables, or PGPASSWORD and the other PG variables, say what the address does not."`
	Number  int    `arg:"" optional:"" help:"Number of the release; the current one where left out."`
	Keep    int    `placeholder:"N" help:"How many of the newest releases stay there; all where left out."`
	Keys    bool   `help:"Copy the key file as well, for all who read there."`
	Init    bool   `help:"Make the catalogue of releases in a PostgreSQL first, and the role of those who may read there."`
	Citus   bool   `help:"Distribute the release over the servers of a Citus cluster: permits and repatriations by shard_key, all other tables whole on every server."`
}

// Run verifies a release, copies it to an object storage or a PostgreSQL and names it the current one there.
func (c *pushCommand) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if c.Init {
		reader, err := db.Prepare(s.Context, c.Address)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Stdout, "the catalogue is there; members of the role %s may read\n", reader)
	}
	var how []db.PushOption
	if c.Citus {
		how = append(how, db.Citus)
	}
	pushed, err := store.Push(s.Context, c.Address, c.Number, c.Keep, how...)
	if errors.Is(err, db.ErrMoved) {
		return fmt.Errorf("%w: look at what is there, and push again where this one is still to be current", err)
	}
	if err != nil {
		return err
	}
	if pushed.Current {
		fmt.Fprintf(s.Stdout, "release %d is there, and current already\n", pushed.Release.Number)
	} else {
		fmt.Fprintf(s.Stdout, "release %d is pushed, and current there\n", pushed.Release.Number)
	}
	for _, number := range pushed.Removed {
		fmt.Fprintf(s.Stdout, "release %d is removed there\n", number)
	}
	if c.Keys {
		return store.PushKeys(s.Context, c.Address)
	}
	return nil
}

// storeFlags say where a server's releases are, other than in the data folder.
type storeFlags struct {
	Store    []string `whole:"" placeholder:"ADDRESS" help:"Object storage (s3://BUCKET/PREFIX) or PostgreSQL (postgres://HOST/DATABASE) that releases are read from in the place of --data, as homebound push leaves them there; of a PostgreSQL several, each a server: docs/SCALING.md."`
	CacheDir string   `default:"./cache" path:"" placeholder:"DIR" help:"Folder for what is fetched of --store."`
	CacheGB  int64    `name:"cache-gb" default:"20" help:"Most that old releases fetched of --store may take, in GiB; the current one is kept in any case."`
}

// open opens the data folder, or the store where one is named.
func (f storeFlags) open(data string, privacy privacyFlags) (*db.Store, error) {
	if len(f.Store) == 0 {
		return privacy.open(data)
	}
	return db.OpenStored(f.Store, f.CacheDir, f.CacheGB<<30, db.Confidential(int(privacy.Confidential)))
}
