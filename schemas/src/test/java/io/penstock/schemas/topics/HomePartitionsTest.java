package io.penstock.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class HomePartitionsTest {

  @Property(tries = 500)
  void withoutAReplyKeyTheHomeIsWhereKafkasProducersPutTheId(
      @ForAll @StringLength(min = 1, max = 128) String id,
      @ForAll @IntRange(min = 1, max = 1000) int count) {
    int home = HomePartitions.of(Optional.empty(), id, count);

    assertThat(home)
        .isEqualTo(BuiltInPartitioner.partitionForKey(id.getBytes(StandardCharsets.UTF_8), count))
        .isBetween(0, count - 1);
  }

  @Property(tries = 500)
  void requestsWithEqualReplyKeysHaveOneHome(
      @ForAll @StringLength(min = 1, max = 128) String replyKey,
      @ForAll @StringLength(min = 1, max = 128) String oneId,
      @ForAll @StringLength(min = 1, max = 128) String otherId,
      @ForAll @IntRange(min = 1, max = 1000) int count) {
    assertThat(HomePartitions.of(Optional.of(replyKey), oneId, count))
        .isEqualTo(HomePartitions.of(Optional.of(replyKey), otherId, count))
        .isEqualTo(HomePartitions.of(replyKey, count));
  }

  /** A change of these would move the answers of requests on their way. */
  @Test
  void knownKeysKeepTheirHomes() {
    assertThat(HomePartitions.of("batch_1", 12)).isEqualTo(0);
    assertThat(HomePartitions.of("Grüße", 12)).isEqualTo(3);
    assertThat(HomePartitions.of("0199b1e2-7d4f-7c3a-9a51-000000000001", 12)).isEqualTo(6);
  }
}
