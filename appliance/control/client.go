package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrNotRunning means that nobody answers on the socket.
var ErrNotRunning = errors.New("sallyport is not running")

// answerTimeout is how long a running firewall may take to begin its answer.
const answerTimeout = 10 * time.Second

// Client asks the firewall behind one socket. It is safe for concurrent use.
type Client struct {
	socket string
	http   *http.Client
}

// NewClient returns a client of the firewall whose socket is at that path. It
// connects when it is first asked something.
func NewClient(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	transport := &http.Transport{DialContext: dial, ResponseHeaderTimeout: answerTimeout, DisableKeepAlives: true}
	return &Client{socket, &http.Client{Transport: transport}}
}

func (c *Client) object(ctx context.Context, method, path, filter string, into any) error {
	return c.decode(into)(c.ask(ctx, method, path, filter))
}

// tell posts what is said and reads the object that is answered.
func (c *Client) tell(ctx context.Context, path string, say, into any) error {
	body, err := json.Marshal(say)
	if err != nil {
		return err
	}
	return c.decode(into)(c.send(ctx, "POST", path, "", bytes.NewReader(body)))
}

func (c *Client) decode(into any) func(io.ReadCloser, error) error {
	return func(body io.ReadCloser, err error) error {
		if err != nil {
			return err
		}
		defer body.Close()
		return c.broken(json.NewDecoder(body).Decode(into))
	}
}

func list[T any](ctx context.Context, c *Client, path string) (all []T, err error) {
	err = eachLine(ctx, c, path, "", func(v T) bool {
		all = append(all, v)
		return true
	})
	return all, err
}

func eachLine[T any](ctx context.Context, c *Client, path, filter string, yield func(T) bool) error {
	body, err := c.ask(ctx, "GET", path, filter)
	if err != nil {
		return err
	}
	defer body.Close()
	for lines := json.NewDecoder(body); ; {
		var v T
		if err := lines.Decode(&v); err == io.EOF {
			return nil
		} else if err != nil {
			return c.broken(err)
		}
		if !yield(v) {
			return nil
		}
	}
}

// ask returns the body of a success, which the caller closes.
func (c *Client) ask(ctx context.Context, method, path, filter string) (io.ReadCloser, error) {
	return c.send(ctx, method, path, filter, nil)
}

func (c *Client) send(ctx context.Context, method, path, filter string, say io.Reader) (io.ReadCloser, error) {
	path, query, _ := strings.Cut(path, "?")
	u := url.URL{Scheme: "http", Host: "sallyport", Path: path, RawQuery: query}
	if filter != "" {
		u.RawQuery = url.Values{"filter": {filter}}.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), say)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(err)
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, faultOf(response)
	}
	return response.Body, nil
}

func (c *Client) unreachable(err error) error {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: nobody answers on %s", ErrNotRunning, c.socket)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: permission denied: be root, or in the group of the socket", c.socket)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%s: %w", c.socket, err)
}

func (c *Client) broken(err error) error {
	if err != nil {
		return fmt.Errorf("%s: the answer broke off: %w", c.socket, err)
	}
	return nil
}

// faultOf reads what the server says is wrong.
func faultOf(r *http.Response) error {
	var f Fault
	if json.NewDecoder(io.LimitReader(r.Body, maxFault)).Decode(&f) != nil || f.Error == "" {
		return fmt.Errorf("the running firewall does not know this request (%s); is it of another version?", r.Status)
	}
	if f.Filter {
		return &FilterError{f.Offset, f.Error, f.Hint}
	}
	if f.Config {
		return &ConfigError{f.Error, f.Places}
	}
	return errors.New(f.Error)
}
