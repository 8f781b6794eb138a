package io.penstock.streams.dispatch.lifecycle;

/** The reason for which a waiting request is moved, as a tag of metrics. */
public enum MoveCause {
  /** The target that it waits for is unhealthy. */
  UNHEALTHY,
  /** It would be too late where it waits. */
  DEADLINE,
  /** Its prompt is too long for the model it was given to. */
  CONTEXT,
  /** Its model's requests are in other partitions now. */
  PARTITIONS
}
