package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// labOptions are the flags of lab.
type labOptions struct {
	port      int // 0: 8888 where it is free, else any
	noBrowser bool
	folder    string // of the reader's copies of the chapters; "": .coadapt/lessons
	originals bool   // the clone's own chapters in place of copies
}

// labServer is a running JupyterLab on the loopback interface.
type labServer struct {
	url   string // with its token
	cmd   *exec.Cmd
	ended chan error
}

// lab opens JupyterLab at the reader's copies of the notebooks until ctx ends.
func (s *site) lab(ctx context.Context, opt labOptions) error {
	if err := s.ensure(ctx); err != nil {
		return err
	}
	at, err := s.labFolder(ctx, opt)
	if err != nil {
		return err
	}
	server, err := s.startLab(ctx, opt.port, at)
	if err != nil {
		return err
	}
	defer server.stop()
	s.say("Notebooks lie in %s", short(at.begin))
	s.say("JupyterLab with the kernel \"Go (coadapt)\" is at\n\n  %s\n\nCtrl-C ends it. What it prints: %s",
		server.url, short(s.labLog()))
	select {
	case <-ctx.Done():
		s.say("ending JupyterLab")
		return nil
	case err := <-server.ended:
		return fmt.Errorf("JupyterLab ended by itself (%v); see %s", err, s.labLog())
	}
}

// labPlace is where JupyterLab is at home.
type labPlace struct {
	root  string // what can be opened
	begin string // the folder that is shown first
	show  bool   // in the reader's browser
}

// labFolder is where a reader works: in copies, so that the clone stays as it is and guesses are not spoiled by saved
// outputs. The originals link to figures in a folder beside them, so all of the clone can be opened with them.
func (s *site) labFolder(ctx context.Context, opt labOptions) (labPlace, error) {
	switch {
	case opt.originals && opt.folder != "":
		return labPlace{}, fmt.Errorf("-folder %s and -originals: want one of them", opt.folder)
	case opt.originals:
		return labPlace{s.home.Root, s.home.Notebooks(), !opt.noBrowser}, nil
	}
	folder, err := filepath.Abs(cmp.Or(opt.folder, s.home.Lessons()))
	if err != nil {
		return labPlace{}, err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return labPlace{}, err
	}
	defer unlock()
	return labPlace{folder, folder, !opt.noBrowser}, s.lessons(folder)
}

func (s *site) labLog() string { return filepath.Join(s.home.Logs(), "lab.log") }

// labSettings replace JupyterLab's own where the user has set nothing: a first look at a notebook is not the time to
// ask about news, and a completion that comes late, as the first does on a busy machine, is better than none.
const labSettings = `{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false},
 "@jupyterlab/completer-extension:manager": {"providerTimeout": 15000}}
`

// startLab starts JupyterLab on 127.0.0.1 and waits until it answers. Hidden files can be opened: originals link to
// figures in a hidden folder. Jupyter gives the browser a page that only this user can read, and not the token.
func (s *site) startLab(ctx context.Context, port int, at labPlace) (*labServer, error) {
	if !fileExists(s.python()) {
		return nil, errors.New("the Python environment is not there")
	}
	port, err := freePort(port)
	if err != nil {
		return nil, err
	}
	token := rand.Text()
	if err := os.MkdirAll(s.home.Logs(), 0o755); err != nil {
		return nil, err
	}
	settings := filepath.Join(s.home.Venv(), "share", "jupyter", "lab", "settings", "overrides.json")
	if err := writeFile(settings, []byte(labSettings)); err != nil {
		return nil, err
	}
	log, err := os.Create(s.labLog())
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{
		"-m", "jupyterlab",
		"--ServerApp.ip=127.0.0.1",
		fmt.Sprintf("--ServerApp.port=%d", port),
		"--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + at.root,
		"--FileContentsManager.preferred_dir=" + at.begin,
		"--ContentsManager.allow_hidden=True",
		"--MultiKernelManager.default_kernel_name=" + kernelName,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
		// Exported pages are like those of run, and what a sanitised one keeps is settled by
		// templates/coadapt_pages.py.
		"--TemplateExporter.filters=clean_html=coadapt_pages.clean_html",
		"--TemplateExporter.extra_template_basedirs=" + filepath.Join(s.home.Root, "kernel-setup", "templates"),
		"--HTMLExporter.preprocessors=coadapt_pages.Alone",
		"--HTMLExporter.template_name=coadapt",
		"--HTMLExporter.embed_images=True",
	}
	if os.Getuid() == 0 {
		args = append(args, "--allow-root") // containers have no other user
	}
	if !at.show || !hasScreen() {
		args = append(args, "--no-browser")
	}
	cmd := exec.Command(s.python(), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.home.Root, log, log
	cmd.Env = s.pythonEnv("PYTHONDONTWRITEBYTECODE=1",
		"PYTHONPATH="+filepath.Join(s.home.Root, "kernel-setup", "templates"),
		"TERM=",                // Python would take a browser for the terminal where it finds no other
		"JUPYTER_TOKEN="+token) // not an argument, which every user of the machine could read
	ownGroup(cmd) // Ctrl-C on the terminal is ours to pass on: Jupyter would ask whether it is meant
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	server := &labServer{
		url:   fmt.Sprintf("http://127.0.0.1:%d/lab?token=%s", port, token),
		cmd:   cmd,
		ended: make(chan error, 1),
	}
	go func() { server.ended <- cmd.Wait() }()
	if err := server.wait(ctx, fmt.Sprintf("http://127.0.0.1:%d/api/status", port), token); err != nil {
		server.stop()
		return nil, fmt.Errorf("%w; see %s", err, s.labLog())
	}
	return server, nil
}

// wait asks until the server answers.
func (l *labServer) wait(ctx context.Context, url, token string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "token "+token)
		// no proxy: it is this machine
		if resp, err := (&http.Client{Transport: &http.Transport{}}).Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-l.ended:
			l.ended <- err
			return fmt.Errorf("JupyterLab ended at once: %v", err)
		case <-ctx.Done():
			return errors.New("JupyterLab does not answer on 127.0.0.1")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop ends the server and its kernels, and waits for it.
func (l *labServer) stop() {
	_ = l.cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case <-l.ended:
	case <-time.After(10 * time.Second):
		_ = l.cmd.Process.Kill()
	}
}

// checkLab starts JupyterLab and has it answer.
func (s *site) checkLab(ctx context.Context) (string, error) {
	start := time.Now()
	server, err := s.startLab(ctx, 0, labPlace{root: s.home.Root, begin: s.home.Root})
	if err != nil {
		return "", err
	}
	defer server.stop()
	return fmt.Sprintf("%s answered on 127.0.0.1 after %.1f s", s.facts("lab")["jupyterlab"],
		time.Since(start).Seconds()), nil
}

// anyPort asks for a port that nobody guesses.
const anyPort = -1

// freePort is a port on the loopback interface: the one asked for, any where that is asked for, else 8888, else any
// that is free.
func freePort(want int) (int, error) {
	ask := []int{want}
	switch want {
	case 0:
		ask = []int{8888, 0}
	case anyPort:
		ask = []int{0}
	}
	var err error
	for _, port := range ask {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			defer l.Close()
			return l.Addr().(*net.TCPAddr).Port, nil
		}
	}
	return 0, fmt.Errorf("no port for JupyterLab: %w", err)
}

// hasScreen tells whether a browser can be shown. Where none can, Python would take one for the terminal.
func hasScreen() bool {
	return runtime.GOOS == "darwin" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
