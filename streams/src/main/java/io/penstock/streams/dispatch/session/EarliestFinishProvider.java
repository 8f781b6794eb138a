package io.penstock.streams.dispatch.session;

import io.penstock.schemas.extension.Options;

/** Provides {@link EarliestFinish} as {@code earliest-finish}. It has no options. */
public final class EarliestFinishProvider implements WorkerChoiceProvider {

  @Override
  public String name() {
    return "earliest-finish";
  }

  @Override
  public WorkerChoice create(Options options) {
    return new EarliestFinish();
  }
}
