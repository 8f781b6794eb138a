package com.example.penstock;

import io.penstock.schemas.extension.Options;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.RankPolicyProvider;
import java.time.Duration;

/** Provides {@link OldestFirst} as {@code oldest-first}, with the option {@code batch-handicap}. */
public final class OldestFirstProvider implements RankPolicyProvider {

  @Override
  public String name() {
    return "oldest-first";
  }

  @Override
  public RankPolicy create(Options options) {
    return new OldestFirst(options.take("batch-handicap", Duration.ofMinutes(10)));
  }
}
