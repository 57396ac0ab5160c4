#!/bin/sh
# Installs the given Debian packages, one process at a time, without starting the services they bring.
set -eu

# The kernel frees this lock when the last process holding it ends, so it cannot go stale.
exec 9>/var/lock/onrush-test-packages
flock --timeout 600 9

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM
  # 101 means "starting it is forbidden by policy".
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
# A stale or partly unreachable list may still do: the installation decides.
apt-get -qq update || true
apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@"
