package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Options;
import java.util.Map;

/** Provides {@link SlackRank} as {@code slack}. Its options are the record's components. */
public final class SlackRankProvider implements RankPolicyProvider {

  private static final String NAME = "slack";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RankPolicy create(Options options) {
    SlackRank defaults = SlackRank.DEFAULT;
    return new SlackRank(
        options.take("slack-weight", defaults.slackWeight()),
        options.take("chunk-tokens", defaults.chunkTokens()),
        options.take("margin", defaults.margin()),
        options.take("urgency", defaults.urgency()),
        options.take("overdue-share", defaults.overdueShare()),
        options.take("interactive-bound", defaults.interactiveBound()),
        options.take("standard-bound", defaults.standardBound()),
        options.take("batch-bound", defaults.batchBound()));
  }

  /** The rank as the configuration would name it. */
  public static Extension named(SlackRank rank) {
    return new Extension(
        NAME,
        Map.of(
            "slack-weight", Double.toString(rank.slackWeight()),
            "chunk-tokens", Integer.toString(rank.chunkTokens()),
            "margin", rank.margin().toString(),
            "urgency", rank.urgency().toString(),
            "overdue-share", Double.toString(rank.overdueShare()),
            "interactive-bound", rank.interactiveBound().toString(),
            "standard-bound", rank.standardBound().toString(),
            "batch-bound", rank.batchBound().toString()));
  }
}
