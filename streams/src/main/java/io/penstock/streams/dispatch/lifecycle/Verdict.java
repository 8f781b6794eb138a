package io.penstock.streams.dispatch.lifecycle;

/** The kind of a decision, as a tag of metrics. */
public enum Verdict {
  /** A new request was indexed. */
  QUEUED,
  /** The id is known already: the first one's result answers both. */
  DUPLICATE,
  /** The id is known already, and for something else: refused. */
  CONFLICT,
  /** A worker was given it. */
  LEASED,
  /** It will be tried again. */
  RETRIED,
  /** A worker gave it back unfinished; that costs it nothing. */
  RETURNED,
  /** It got its terminal result. */
  FINISHED,
  /** An outcome of a lease that is no longer in force: ignored. */
  FENCED,
  /** It waits for another target now, here or in another shard. */
  MOVED,
  /** Its class or deadline changed. */
  CHANGED,
  /** A cancellation was noted for an id that has not arrived. */
  CANCELLED_BEFORE_ARRIVAL,
  /** The event means nothing in this state. */
  IGNORED
}
