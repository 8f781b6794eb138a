package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.payload.PayloadReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadsTest {

  private static final Instant NOW = Instant.EPOCH;

  private final LeaseFixture fixture = new LeaseFixture(1);
  private final List<LeaseEvent> events = new ArrayList<>();
  private final Payloads payloads =
      new Payloads(
          new PayloadReader(Duration.ofSeconds(10), () -> NOW),
          new AvroSerdes("mock://payloads").deserializer(ScoredRequest.class),
          _ -> true,
          TopicNames.DEFAULT,
          () -> NOW);

  @Test
  void aLeaseThatPointsAtNoPlaceInAnyLogIsRefusedAtOnce() {
    Lease good = fixture.grant(1, "a");
    assertThat(refusal(Lease.newBuilder(good).setPayloadOffset(-1).build()))
        .contains("offset -1, which no log has");
    assertThat(refusal(Lease.newBuilder(good).setPayloadPartition(-3).build()))
        .contains("partition -3");
  }

  @Test
  void aRefusalRepeatsOnlyTheBeginningOfALongTopicName() {
    Lease strange =
        Lease.newBuilder(fixture.grant(1, "a")).setPayloadTopic("t".repeat(70_000)).build();
    assertThat(refusal(strange)).contains("no work topic").hasSizeLessThan(300);
  }

  private String refusal(Lease lease) {
    events.clear();
    payloads.read(new Attempt(lease, NOW, null), (event, _) -> events.add(event));
    assertThat(events).hasSize(1);
    return ((LeaseEvent.PayloadRefused) events.getFirst()).failure().getMessage();
  }
}
