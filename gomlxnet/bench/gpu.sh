#!/bin/sh
# Times CaffeNet and Mini on one GPU, beside PyTorch and JAX on the same card. Nothing is fetched: carry the bench's
# binary and this script to a machine whose Python has PyTorch and JAX with CUDA, of whose plugin ours makes use.
#
#	CGO_ENABLED=1 go build -o bench ./gomlxnet/bench
#	./gpu.sh ./bench /path/to/python [flags of the bench, such as --case=caffenet-train --json]
#
# With --backend=xla:cpu among the flags all is run on the CPU instead, with the plugin of PJRT_PLUGIN_LIBRARY_PATH: the
# same path, to be tried before a GPU is at hand.
set -eu
if [ $# -lt 2 ]; then
	echo "usage: $0 BENCH PYTHON [flags of the bench]" >&2
	exit 2
fi
bench=$1 python=$2
shift 2

cuda() { # finds what a program in Go does not find by itself, and a library of Python does
	site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	plugin=$(find "$site/jax_plugins" -name 'xla_cuda_plugin.so' 2>/dev/null | head -n 1)
	if [ -z "$plugin" ]; then
		echo "$0: no JAX plugin for CUDA under $site/jax_plugins: want a Python with jax[cuda12] or jax[cuda13]" >&2
		exit 1
	fi
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	ln -s "$plugin" "$dir/pjrt_c_api_cuda_plugin.so" # the name that go-xla looks for
	libs=$(find "$site/nvidia" -type d -name lib 2>/dev/null | tr '\n' ':')
	export LD_LIBRARY_PATH="$libs${LD_LIBRARY_PATH:-}"
	export PJRT_PLUGIN_LIBRARY_PATH="$dir" XLA_PYTHON_CLIENT_PREALLOCATE=false
	nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
}

export GOMLX_NO_AUTO_INSTALL=1
case " $* " in
*" --backend=xla:cpu "*)
	if [ -z "${PJRT_PLUGIN_LIBRARY_PATH:-}" ]; then
		echo "$0: PJRT_PLUGIN_LIBRARY_PATH names no folder with a plugin for the CPU" >&2
		exit 1
	fi
	;;
*" --backend"*)
	echo "$0: want --backend=xla:cpu, or none for the GPU, among $*" >&2
	exit 2
	;;
*)
	cuda
	set -- --backend=xla:cuda "$@"
	;;
esac
status=0 # each is of use where another fails
"$bench" --python="$python" "$@" || status=$? # float32, its products in TF32
"$bench" --python="$python" --bfloat16 "$@" || status=$?
"$bench" --python="$python" --bytes "$@" || status=$? # float32, ours with pictures as bytes
exit $status
