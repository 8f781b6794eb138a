/** What a shard tells others of its targets: workers, backlog, speeds and health. */
package io.penstock.streams.dispatch.fleet;
