package io.penstock.compose.bench.sim;

import io.penstock.streams.dispatch.rank.SlackRank;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The default rank, and those with one of its parameters halved or doubled. */
final class RankVariants {

  /** The name of the rank that nothing is changed in. */
  static final String DEFAULT = "default";

  private RankVariants() {}

  /** By name, the default first. */
  static Map<String, SlackRank> all() {
    SlackRank rank = SlackRank.DEFAULT;
    Map<String, SlackRank> all = new LinkedHashMap<>();
    all.put(DEFAULT, rank);
    for (double factor : new double[] {0.5, 2}) {
      String times = factor < 1 ? " x0.5" : " x2";
      all.put("slackWeight" + times, rank.withSlackWeight(rank.slackWeight() * factor));
      all.put("margin" + times, rank.withMargin(scaled(rank.margin(), factor)));
      all.put("urgency" + times, rank.withUrgency(scaled(rank.urgency(), factor)));
      all.put("overdueShare" + times, rank.withOverdueShare(rank.overdueShare() * factor));
    }
    return all;
  }

  private static Duration scaled(Duration duration, double factor) {
    return Duration.ofNanos(Math.round(duration.toNanos() * factor));
  }
}
