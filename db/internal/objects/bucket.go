// Package objects speaks to an object storage by the S3 protocol: small objects whole, large ones compressed, and writes
// under a condition, so that of several who write at once one wins. It does not know what the objects mean.
package objects

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var (
	// ErrNone says that there is no object of a name.
	ErrNone = errors.New("no such object")
	// ErrConflict says that a condition of a write did not hold: somebody else has written.
	ErrConflict = errors.New("somebody else has written it")
)

// Bounds on what is asked of a storage.
const (
	smallLimit = 15 * time.Second // for an object that is read or written whole
	largeLimit = 30 * time.Minute // for a file
	maxSmall   = 4 << 20          // bytes of an object that is read whole
)

// Bucket is a part of an object storage: the objects of a bucket whose names begin with a prefix.
type Bucket struct {
	client *minio.Client
	bucket string
	prefix string
}

// Open returns the bucket of an address, s3://bucket/prefix. The endpoint, the region and the credentials are what the
// AWS_ variables, ~/.aws/credentials or the machine's role say; it asks the storage nothing yet.
func Open(address string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("expected an address such as s3://bucket/prefix, found %.200q", address)
	}
	text := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), "https://s3.amazonaws.com")
	endpoint, err := url.Parse(text)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" {
		return nil, fmt.Errorf("expected http:// or https:// and a host in AWS_ENDPOINT_URL, found %.200q", text)
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: http.DefaultClient},
		}),
		Secure: endpoint.Scheme == "https", Region: cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
		MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", address, err)
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{client, u.Host, prefix}, nil
}

// Text is a small object, and the tag by which a write can ask that it is still the same.
type Text struct {
	Data []byte
	ETag string
}

// Read returns a small object whole, or ErrNone.
func (b *Bucket) Read(ctx context.Context, name string) (Text, error) {
	ctx, cancel := context.WithTimeout(ctx, smallLimit)
	defer cancel()
	object, err := b.client.GetObject(ctx, b.bucket, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return Text{}, translate("read", name, err)
	}
	defer object.Close()
	data, err := io.ReadAll(io.LimitReader(object, maxSmall+1))
	if err != nil {
		return Text{}, translate("read", name, err)
	}
	if len(data) > maxSmall {
		return Text{}, fmt.Errorf("read %s: expected at most %d bytes, found more", name, maxSmall)
	}
	info, err := object.Stat()
	return Text{data, info.ETag}, translate("read", name, err)
}

// Write writes a small object: over the one with a tag, or with "" where there is none of the name. It returns
// ErrConflict (wrapped) where that is not so any more.
func (b *Bucket) Write(ctx context.Context, name string, data []byte, over string) error {
	options := minio.PutObjectOptions{DisableMultipart: true}
	if over == "" {
		options.SetMatchETagExcept("*")
	} else {
		options.SetMatchETag(over)
	}
	return b.put(ctx, name, data, options)
}

// Overwrite writes a small object, whatever stands there.
func (b *Bucket) Overwrite(ctx context.Context, name string, data []byte) error {
	return b.put(ctx, name, data, minio.PutObjectOptions{DisableMultipart: true})
}

func (b *Bucket) put(ctx context.Context, name string, data []byte, options minio.PutObjectOptions) error {
	ctx, cancel := context.WithTimeout(ctx, smallLimit)
	defer cancel()
	_, err := b.client.PutObject(ctx, b.bucket, b.prefix+name, bytes.NewReader(data), int64(len(data)), options)
	return translate("write", name, err)
}

// Names lists the objects whose names begin with a text, without the prefix.
func (b *Bucket) Names(ctx context.Context, beginning string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, smallLimit)
	defer cancel()
	var names []string
	for object := range b.client.ListObjects(ctx, b.bucket,
		minio.ListObjectsOptions{Prefix: b.prefix + beginning, Recursive: true}) {
		if object.Err != nil {
			return nil, translate("list", beginning, object.Err)
		}
		names = append(names, strings.TrimPrefix(object.Key, b.prefix))
	}
	return names, ctx.Err()
}

// Has reports whether there is an object of a name.
func (b *Bucket) Has(ctx context.Context, name string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, smallLimit)
	defer cancel()
	_, err := b.client.StatObject(ctx, b.bucket, b.prefix+name, minio.StatObjectOptions{})
	if err = translate("look for", name, err); errors.Is(err, ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// Remove removes an object; one that is not there is no error.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, smallLimit)
	defer cancel()
	err := translate("remove", name, b.client.RemoveObject(ctx, b.bucket, b.prefix+name, minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// Upload writes a file compressed. packed is an empty file of the caller's, which takes what is sent: a storage wants to
// know how long it is.
func (b *Bucket) Upload(ctx context.Context, name string, from io.Reader, packed *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, largeLimit)
	defer cancel()
	encoder, err := zstd.NewWriter(packed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	if _, err := io.Copy(encoder, from); err != nil {
		return errors.Join(fmt.Errorf("compress %s: %w", name, err), encoder.Close())
	}
	if err := encoder.Close(); err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	size, err := packed.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = packed.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	_, err = b.client.PutObject(ctx, b.bucket, b.prefix+name, packed, size,
		minio.PutObjectOptions{ContentType: "application/zstd"})
	return translate("write", name, err)
}

// Download writes to what an uploaded file held, at most size bytes of it: few bytes can stand for very many.
func (b *Bucket) Download(ctx context.Context, name string, to io.Writer, size int64) error {
	ctx, cancel := context.WithTimeout(ctx, largeLimit)
	defer cancel()
	object, err := b.client.GetObject(ctx, b.bucket, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return translate("fetch", name, err)
	}
	defer object.Close()
	decoder, err := zstd.NewReader(object, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return translate("fetch", name, err)
	}
	defer decoder.Close()
	_, err = io.Copy(to, io.LimitReader(decoder, size+1))
	return translate("fetch", name, err)
}

// translate turns what the client reports into the errors that callers decide on.
func translate(what, name string, err error) error {
	if err == nil {
		return nil
	}
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchKey:
		return fmt.Errorf("%s %s: %w", what, name, ErrNone)
	case minio.PreconditionFailed, "ConditionalRequestConflict":
		return fmt.Errorf("%s %s: %w", what, name, ErrConflict)
	}
	return fmt.Errorf("%s %s: %w", what, name, err)
}
