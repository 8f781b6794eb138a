package io.penstock.compose.bench.sim;

import io.penstock.schemas.ServiceClass;

/**
 * A request in a simulation: what it is, and what became of it. Times are nanoseconds of the {@link
 * VirtualClock}.
 */
final class SimRequest {

  private static final long NEVER = -1;

  final String id;
  final long arrival;
  final int promptTokens;
  final int outputTokens;
  final String tenant;
  final String type;
  final ServiceClass serviceClass;
  final Objective objective;

  /** What dispatch is told of its output; set when it arrives. */
  int predictedOutputTokens;

  private long firstToken = NEVER;
  private long finished = NEVER;

  SimRequest(
      String id,
      long arrival,
      int promptTokens,
      int outputTokens,
      String tenant,
      String type,
      ServiceClass serviceClass,
      Objective objective) {
    this.id = id;
    this.arrival = arrival;
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.predictedOutputTokens = outputTokens;
    this.tenant = tenant;
    this.type = type;
    this.serviceClass = serviceClass;
    this.objective = objective;
  }

  /** A copy to which nothing has happened. */
  SimRequest fresh() {
    return new SimRequest(
        id, arrival, promptTokens, outputTokens, tenant, type, serviceClass, objective);
  }

  /** Returns how its class stands: 1 for interactive, 2 for standard, 3 for batch. */
  int tier() {
    return switch (serviceClass) {
      case INTERACTIVE -> 1;
      case STANDARD -> 2;
      case BATCH -> 3;
    };
  }

  /** When its first token is due. */
  long firstTokenBy() {
    return arrival + objective.firstTokenNanos();
  }

  void firstToken(long at) {
    if (firstToken == NEVER) {
      firstToken = at;
    }
  }

  /** Its worker died: nothing that it had written counts. */
  void restart() {
    firstToken = NEVER;
  }

  void finished(long at) {
    finished = at;
  }

  /** When its last token came, or -1. */
  long finishedAt() {
    return finished;
  }

  boolean isFinished() {
    return finished != NEVER;
  }

  /** Nanoseconds from arrival to first token; for ever if it never came. */
  long timeToFirstToken() {
    return firstToken == NEVER ? Long.MAX_VALUE : firstToken - arrival;
  }

  /** Returns whether it was served as its class promises. */
  boolean inTime() {
    if (!isFinished() || timeToFirstToken() > objective.firstTokenNanos()) {
      return false;
    }
    return outputTokens < 2
        || (finished - firstToken) / (outputTokens - 1) <= objective.perTokenNanos();
  }
}
