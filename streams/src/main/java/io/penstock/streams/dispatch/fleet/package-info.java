/** The report of a shard on its targets: workers, backlog, speeds and health. */
package io.penstock.streams.dispatch.fleet;
