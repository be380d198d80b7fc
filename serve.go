package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"homebound/db"
	"homebound/internal/exchange"
	"homebound/internal/web"
)

type serveCommand struct {
	dataFlag
	Addr      string        `default:"127.0.0.1:8080" env:"HOMEBOUND_ADDR" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	PublicURL string        `env:"HOMEBOUND_PUBLIC_URL" placeholder:"URL" help:"Scheme and host that readers reach the server by, for permalinks; http and the address where left out."`
	CacheMB   uint64        `name:"cache-mb" default:"64" env:"HOMEBOUND_CACHE_MB" help:"Most that answers kept in memory may take, in MiB; 0 keeps none."`
	Drain     time.Duration `default:"10s" env:"HOMEBOUND_DRAIN" help:"How long requests under way may take once the server is told to stop."`
}

// lookEvery is how often the server looks whether another release has become the current one.
const lookEvery = 250 * time.Millisecond

// Run serves until the session ends, then lets the requests under way finish.
func (c *serveCommand) Run(s *session) error {
	log := s.logger()
	store, err := c.store()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", c.Addr, err), store.Close())
	}
	address := "http://" + listener.Addr().String()
	public := c.PublicURL
	if public == "" {
		public = address
	}
	group, ctx := errgroup.WithContext(s.ctx)
	server := &http.Server{
		Handler:           web.New(web.Config{Store: store, Log: log, PublicURL: public, Schema: schema, CacheBytes: c.CacheMB << 20, Stopping: ctx.Done()}),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	fmt.Fprintf(s.stdout, "Homebound answers at %s\n  GraphiQL    %s/graphiql\n  GraphQL     %s/graphql\n", address, address, address)

	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		if err := ensureRelease(ctx, s, store); err != nil {
			return err
		}
		store.Watch(ctx, lookEvery, func(err error) { log.Error("the current release cannot be read; the one before stays", "error", err) })
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain)
		defer cancel()
		if err := server.Shutdown(drain); err != nil {
			return errors.Join(fmt.Errorf("some requests did not end within %s: %w", c.Drain, err), server.Close())
		}
		return nil
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) && s.ctx.Err() != nil {
		err = nil // told to stop while the first release was in the making
	}
	return errors.Join(err, store.Close())
}

// ensureRelease publishes the default package where the folder holds no release yet.
func ensureRelease(ctx context.Context, s *session, store *db.Store) error {
	err := store.Refresh(ctx)
	if !errors.Is(err, db.ErrNoRelease) {
		return err
	}
	fmt.Fprintf(s.stdout, "  %s holds no release: making one from the default package\n", store.Dir())
	release, err := exchange.PublishDefault(ctx, store, s.now())
	if errors.Is(err, db.ErrBusy) {
		return nil // somebody else makes one, and it will be noticed
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "  release %d is published: %d permits, synthetic; %d observations and %d claims, with sources\n",
		release.Number, release.Counts.Permits, release.Counts.Observations, release.Counts.Claims)
	return store.Refresh(ctx)
}

// buildVersion names the build by the version control that it came from.
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
