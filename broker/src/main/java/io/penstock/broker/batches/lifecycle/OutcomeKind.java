package io.penstock.broker.batches.lifecycle;

/** How a request of a batch ended, as its batch counts it. */
enum OutcomeKind {
  COMPLETED,
  FAILED,
  EXPIRED,
  CANCELLED
}
