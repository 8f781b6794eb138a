package io.penstock.streams.score;

/** Which state changes scoring writes to the lifecycle topic; each costs a write. */
public enum LifecycleDetail {
  NONE,
  /** FAILED, for refused requests. */
  TERMINAL,
  /** ACCEPTED, too. Dispatch's WAITING follows at once. */
  ALL
}
