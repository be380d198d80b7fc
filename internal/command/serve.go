package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"homebound/db"
	"homebound/internal/exchange"
	"homebound/internal/site"
	"homebound/internal/tracing"
	"homebound/internal/web"
)

type serveCommand struct {
	dataFlag
	Addr      string        `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	PublicURL publicURL     `placeholder:"URL" help:"Address that readers reach the server by, for permalinks, with the path where a proxy serves it below one; http and the address where left out, or localhost where the server listens on all."`
	CacheMB   uint64        `name:"cache-mb" default:"64" help:"Most that answers kept in memory may take, in MiB; 0 keeps none."`
	Streams   int           `name:"streams-per-client" default:"100" help:"Most streams, and operations on streams that carry several, that one client may hold open; 0 sets no bound."`
	Drain     time.Duration `default:"10s" help:"How long requests under way may take once the server is told to stop."`
	accessFlags
	privacyFlags
	operateFlags
	storeFlags
}

// lookAtStoreEvery is how often it checks whether CURRENT or the key file of an object storage has changed: each time is
// a request or two there.
const lookAtStoreEvery = 2 * time.Second

// guardPace is how many bytes a second are read to compare open releases with their checksums.
const guardPace = 64 << 20

// lookEvery is how often the server checks whether CURRENT or the key file has changed.
const lookEvery = 250 * time.Millisecond

// Run serves until the session ends. Then it lets the requests under way finish, for at most --drain.
func (c *serveCommand) Run(s *Session) (err error) {
	log := c.logger(s.Stderr)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // from the start: without it the signal ends the process
	defer signal.Stop(hangups)
	store, err := c.storeFlags.open(c.Data, c.privacyFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	traces, err := tracing.New(s.Context, buildVersion(), log)
	if err != nil {
		return err
	}
	_ = fetchKeys(s.Context, store) // of a storage that is away, those fetched before count; looking at it says so below
	access, err := c.access(store.Dir())
	if err != nil {
		return err
	}
	access.LocalHosts = c.PublicURL == ""
	listener, admin, err := c.listen()
	if err != nil {
		return err
	}
	address := c.scheme() + "://" + listener.Addr().String()
	public := c.public(listener.Addr(), log)
	group, ctx := errgroup.WithContext(s.Context)
	var sockets sync.WaitGroup
	edge := web.New(web.Config{
		Store: store, Log: log, PublicURL: public,
		CacheBytes: c.CacheMB << 20, StreamsPerClient: c.Streams,
		Access: access, Limits: c.limits(), Operation: c.operation(log, traces),
		Stopping: ctx.Done(), Sockets: &sockets,
	})
	mounted := site.Mount(edge)
	server, err := c.server(edge, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "Homebound answers at %s\n  GraphiQL    %s/graphiql\n  GraphQL     %s/graphql\n", address,
		address, address)

	if admin != nil {
		fmt.Fprintf(s.Stdout, "  operator    http://%s/metrics\n", admin.Addr())
	}

	group.Go(func() error { return serve(server, listener) })
	if admin != nil {
		group.Go(func() error { return c.serveAdmin(ctx, edge, admin, log) })
	}
	group.Go(func() error {
		access.Keys.Watch(ctx, lookEvery, func(err error) {
			log.Error("the keys cannot be read anew; docs/ACCESS.md says which count", "error", err)
		})
		return nil
	})
	group.Go(func() error {
		every := lookEvery
		if len(c.Store) == 0 {
			err = ensureRelease(ctx, s, store, log)
		} else {
			every, err = lookAtStoreEvery, ensureFetched(ctx, store, log)
		}
		if err != nil {
			return err
		}
		group.Go(func() error {
			store.Guard(ctx, lookEvery, guardPace, func(err error) {
				log.Error("a release's file is damaged: the release is refused until another file stands in its place",
					"error", err)
			})
			return nil
		})
		group.Go(func() error {
			warm(ctx, store, mounted, log)
			return nil
		})
		store.Watch(ctx, every, func(err error) {
			log.Error("the current release cannot be read; the one before stays", "error", err)
		})
		return nil
	})
	group.Go(func() error {
		reload(ctx, hangups, log, func() error { return errors.Join(access.Keys.Refresh(), store.Refresh(ctx)) })
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return c.finish(ctx, server, &sockets)
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) && s.Context.Err() != nil {
		err = nil // told to stop while the first release was in the making
	}
	return errors.Join(err, c.flush(ctx, traces))
}

// fetchKeys waits a few seconds at most for an object storage that may be away.
func fetchKeys(ctx context.Context, store *db.Store) error {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	return store.FetchKeys(ctx)
}

// reload reads again at once what the server looks at from time to time, the keys and CURRENT, whenever the process
// gets SIGHUP, until ctx ends. Log rotation and closed terminals send it.
func reload(ctx context.Context, hangups <-chan os.Signal, log *slog.Logger, read func() error) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
		}
		if err := read(); err != nil && !errors.Is(err, db.ErrNoRelease) {
			log.Error("what was to be read again cannot be read; what was before stays", "error", err)
			continue
		}
		log.Info("the keys and the current release were read again")
	}
}

// finish lets the requests and the websockets under way end, for at most --drain. It comes when ctx has ended.
func (c *serveCommand) finish(ctx context.Context, server *http.Server, sockets *sync.WaitGroup) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("some requests did not end within %s: %w", c.Drain, err), server.Close())
	}
	closed := make(chan struct{})
	go func() { sockets.Wait(); close(closed) }()
	select {
	case <-closed:
	case <-drain.Done(): // what remains are clients that do not answer a closing handshake
	}
	return nil
}

// warm gets the page of each release ready as it becomes the current one, until ctx ends.
func warm(ctx context.Context, store *db.Store, mounted *site.Site, log *slog.Logger) {
	news := store.Published(ctx)
	for more := true; more; _, more = <-news {
		if err := mounted.Warm(ctx); err != nil && ctx.Err() == nil {
			log.Warn("the page of the release is not ready", "error", err)
		}
	}
}

// remask publishes the current release again, since it protects less than is asked.
func remask(ctx context.Context, s *Session, store *db.Store, trouble error, log *slog.Logger) error {
	release, err := store.Remask(ctx, s.Now())
	if errors.Is(err, db.ErrBusy) {
		return nil // somebody else makes a release, and it will be noticed
	}
	if err != nil {
		return fmt.Errorf("%w (it was tried here: %w)", trouble, err)
	}
	log.Warn("the current release protected less than is asked: it is published again, masked",
		"release", release.Number, "confidential", *release.Confidential)
	return store.Refresh(ctx)
}

// ensureRelease makes sure that there is a release to serve: the one that CURRENT names, else the newest that can
// be read. When the folder holds none at all, it publishes one of the default package.
func ensureRelease(ctx context.Context, s *Session, store *db.Store, log *slog.Logger) error {
	trouble := store.Refresh(ctx)
	if trouble == nil {
		return nil
	}
	if errors.Is(trouble, db.ErrExposed) {
		return remask(ctx, s, store, trouble, log)
	}
	release, err := store.Rescue(ctx)
	switch {
	case err == nil && errors.Is(trouble, db.ErrNoRelease): // its publication was cut short, or CURRENT was lost
		log.Warn("no release is named as the current one: the newest is from now on", "release", release.Number)
		return errors.Join(store.MakeCurrent(release.Number), store.Refresh(ctx))
	case err == nil:
		log.Error("the current release cannot be read: an older one is served until it can, or until homebound publish names another",
			"error", trouble, "served", release.Number)
		return nil
	case !errors.Is(trouble, db.ErrNoRelease) || !errors.Is(err, db.ErrNoRelease):
		return fmt.Errorf("no release can be served: %w", trouble)
	}
	fmt.Fprintf(s.Stdout, "  %s holds no release: making one from the default package\n", store.Dir())
	release, err = exchange.PublishDefault(ctx, store, s.Now())
	if errors.Is(err, db.ErrBusy) {
		return nil // somebody else makes one, and it will be noticed
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "  release %d is published: %d permits, synthetic; %d observations and %d claims, with sources\n",
		release.Number, release.Counts.Permits, release.Counts.Observations, release.Counts.Claims)
	return store.Refresh(ctx)
}

// ensureFetched fetches the current release of an object storage. While that is away the server begins with what it has
// fetched before, or with nothing: it goes on looking, and /readyz says so.
func ensureFetched(ctx context.Context, store *db.Store, log *slog.Logger) error {
	trouble := store.Refresh(ctx)
	if trouble == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if release, err := store.Rescue(ctx); err == nil {
		log.Error("the object storage cannot be read: what was fetched before is served until it can",
			"error", trouble, "served", release.Number)
		return nil
	}
	log.Error("the object storage has no release that can be read yet", "error", trouble)
	return nil
}

// buildVersion returns the version of the module, or the revision that it was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown version"
	}
	version := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && (version == "" || version == "(devel)") {
			version = setting.Value[:min(12, len(setting.Value))]
		}
	}
	if version == "" {
		version = "(devel)"
	}
	return version
}
