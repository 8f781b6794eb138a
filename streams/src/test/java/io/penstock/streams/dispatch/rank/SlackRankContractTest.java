package io.penstock.streams.dispatch.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.RankPolicyContract;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlackRankContractTest extends RankPolicyContract {

  @Override
  protected RankPolicy policy() {
    return create(Extension.named("slack"));
  }

  @Test
  void withoutOptionsItIsTheDefault() {
    assertThat(policy()).isEqualTo(SlackRank.DEFAULT);
  }

  @Test
  void everyOptionArrives() {
    Duration second = Duration.ofSeconds(1);
    SlackRank other =
        new SlackRank(
            0.1,
            7,
            second,
            second.multipliedBy(2),
            0.25,
            second.multipliedBy(3),
            second.multipliedBy(4),
            second.multipliedBy(5));
    assertThat(create(SlackRankProvider.named(other))).isEqualTo(other);
  }

  @Test
  void aValueOutOfItsRangeIsRefused() {
    assertThatThrownBy(() -> create(Extension.named("slack").with("slack-weight", "-1")))
        .hasMessageContaining("slackWeight is -1.0");
  }

  private static RankPolicy create(Extension extension) {
    return Extensions.create(
        RankPolicyProvider.class, "rank", extension, RankPolicyProvider::create);
  }
}
