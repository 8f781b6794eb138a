package io.penstock.streams.runtime;

import io.penstock.schemas.RequestState;

/**
 * Selects the changes of state that a job writes to the lifecycle topic; each costs a record. The
 * end of each request is always written: from it score learns that the request counts against its
 * tenant's budget no longer, and how long outputs are.
 */
public enum StatusDetail {
  /** Every change. */
  ALL,
  /** The end of each request only: no view of what waits or runs. */
  TERMINAL;

  /** Returns whether a change to this state is written. */
  public boolean includes(RequestState state) {
    return switch (this) {
      case ALL -> true;
      case TERMINAL ->
          switch (state) {
            case ACCEPTED, WAITING, LEASED -> false;
            case SUCCEEDED, FAILED, EXPIRED, CANCELLED -> true;
          };
    };
  }
}
