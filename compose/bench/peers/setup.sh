#!/usr/bin/env bash
# Installs what `penstock bench peers` compares with: Redis, RabbitMQ and Celery from Debian's packages, BullMQ and
# RabbitMQ's client from npm, as package-lock.json pins them. Run it again at any time; it installs what is missing.
# Needs root or sudo. Starts no server and leaves none enabled that was not there before: the benchmark starts its own.
set -euo pipefail

readonly PACKAGES=(redis-server rabbitmq-server python3-celery python3-redis)
readonly SERVICES=(redis-server rabbitmq-server)
readonly OLDEST_NODE=18
readonly POLICY=/usr/sbin/policy-rc.d

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

cd "$(dirname "${BASH_SOURCE[0]}")"

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root for: $*. Run this script as root, or install sudo."
  fi
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# A node that is there already will do, wherever it came from.
node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  ((${version%%.*} >= OLDEST_NODE))
}

# Debian's packages start their servers when they are installed, unless this file says that none may be.
forbid_starts() {
  if [[ ! -e $POLICY ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
    trap 'as_root rm -f "$POLICY"' EXIT
  fi
}

install_packages() {
  local missing=() package service
  for package in "${PACKAGES[@]}"; do
    installed "$package" || missing+=("$package")
  done
  node_is_new_enough || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if ((${#missing[@]} == 0)); then
    say 'Debian packages: all there'
    return
  fi
  say "Debian packages: installing ${missing[*]}..."
  forbid_starts
  as_root apt-get update -qq || fail 'apt-get update failed; is the network there?'
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}; see above."
  if [[ -d /run/systemd/system ]]; then
    for service in "${SERVICES[@]}"; do
      if [[ " ${missing[*]} " == *" $service "* ]]; then
        as_root systemctl disable --now --quiet "$service"
      fi
    done
  fi
  node_is_new_enough || fail "needs Node $OLDEST_NODE or newer, and has $(node --version)."
}

install_modules() {
  local lock
  lock=$(cksum <package-lock.json)
  if [[ -e node_modules/.lock-installed && $(<node_modules/.lock-installed) == "$lock" ]]; then
    say 'npm packages: all there'
    return
  fi
  say 'npm packages: installing as package-lock.json says...'
  npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || fail 'npm could not install; see above.'
  printf '%s' "$lock" >node_modules/.lock-installed
}

command -v dpkg-query >/dev/null || fail 'needs Debian or one of its descendants, for their packages.'
install_packages
install_modules
/usr/bin/python3 -c 'import celery, redis' || fail "Debian's Python cannot import celery and redis; reinstall python3-celery."
say 'done; now: ./penstock bench peers'
