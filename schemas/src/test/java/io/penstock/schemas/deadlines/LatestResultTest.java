package io.penstock.schemas.deadlines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatestResultTest {

  private final PenstockClientConfig config =
      PenstockClientConfig.of(new ClusterConnection("none:1", "mock://x"), TopicSettings.DEFAULT);

  @Test
  void aClientWaitsLongerThanDispatchTakesToSayExpired() {
    assertThat(config.grace()).isGreaterThan(LatestResult.DECIDED_WITHIN);
    assertThat(LatestResult.DECIDED_WITHIN)
        .isGreaterThanOrEqualTo(LatestResult.OVERDUE_GRACE.plus(LatestResult.LEASE_TIMEOUT));
  }

  @Test
  void aClientThatWouldGiveUpBeforeDispatchIsRefused() {
    assertThatThrownBy(() -> config.withTimeouts(Duration.ofHours(1), LatestResult.DECIDED_WITHIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grace is PT35S")
        .hasMessageContaining("give more");
  }

  @Test
  void aDispatchThatWouldEndRequestsAfterClientsGaveUpIsRefused() {
    assertThatThrownBy(
            () -> LatestResult.requireDecided(Duration.ofSeconds(60), Duration.ofSeconds(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overdueGrace is PT1M and leaseTimeout PT5S");
  }
}
