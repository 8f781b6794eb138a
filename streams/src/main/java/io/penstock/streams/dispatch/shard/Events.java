package io.penstock.streams.dispatch.shard;

import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Event;
import java.time.Instant;

/** Carries out what an event does to a request: state, memory and records. */
@FunctionalInterface
interface Events {

  Decision happened(String key, Event event, Instant now);
}
