package io.penstock.broker.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.Homes.State;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.requests.Watches;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class HomeReaderTest {

  private static final int PARTITION = 3;

  private final HomeTopics homes =
      new HomeTopics(
          new ClusterConnection("127.0.0.1:1", "mock://home-reader"), TopicSettings.DEFAULT);
  private final OwnedHomes owned = new OwnedHomes(homes.count());
  private final Noting listener = new Noting();
  private final List<Long> failed = new ArrayList<>();
  private final Watches watches = new Watches(10);
  private final AvroSerdes serdes = new AvroSerdes(homes.connection());
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
  private final HomeReader reader =
      new HomeReader(homes, owned, List.of(listener), watches, new RecentRequests(10), 10, serdes);

  HomeReaderTest() {
    Map<TopicPartition, Long> none =
        homes.read(PARTITION).collect(Collectors.toMap(each -> each, _ -> 0L));
    consumer.updateBeginningOffsets(none);
    consumer.updateEndOffsets(none);
  }

  @Test
  void aPartitionThatIsReadToItsEndIsOpen() {
    take(1);
    assertThat(owned.state(PARTITION)).isEqualTo(State.OPENING);

    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.OPEN);
    assertThat(listener.heard).containsExactly("taken 3", "up to date 3");
  }

  @Test
  void aPartitionThatIsLostWhileItIsReadStaysLost() {
    take(1);
    owned.elsewhere(PARTITION);

    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.ELSEWHERE);
  }

  @Test
  void aPartitionThatIsTakenAnewIsNotOpenedByTheEarlierTakeOver() {
    take(1);
    owned.elsewhere(PARTITION);
    owned.opening(PARTITION, 2);

    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.OPENING);
  }

  @Test
  void aTakeOverDuringWhichKafkaDoesNotAnswerIsMadeUpFor() {
    take(1);
    consumer.setOffsetsException(new TimeoutException("no answer"));
    assertThatThrownBy(() -> reader.turn(consumer)).isInstanceOf(TimeoutException.class);
    assertThat(listener.heard).isEmpty();

    reader.open(consumer);
    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.OPEN);
  }

  @Test
  void aResidentThatFailsHasThePartitionTakenOverAnew() {
    listener.failures = 1;
    take(1);

    reader.turn(consumer);

    assertThat(failed).containsExactly(1L);
    assertThat(owned.state(PARTITION)).isEqualTo(State.OPENING);

    reader.lost(PARTITION);
    take(2);
    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.OPEN);
    assertThat(listener.heard).containsExactly("lost 3", "taken 3", "up to date 3");
  }

  @Test
  void whoWatchesARequestMissesNothingWhenItsPartitionGoesAndComesBack() {
    List<Integer> seen = new ArrayList<>();
    var _ = watches.watch("t", "r", PARTITION, noting(seen));
    take(1);
    reader.turn(consumer);
    chunk(0);
    reader.turn(consumer);

    owned.elsewhere(PARTITION);
    reader.lost(PARTITION);
    reader.turn(consumer);
    chunk(1);
    take(2);
    reader.turn(consumer);
    chunk(2);
    reader.turn(consumer);

    assertThat(owned.state(PARTITION)).isEqualTo(State.OPEN);
    assertThat(seen).containsExactly(0, 1, 2);
  }

  private static Watcher noting(List<Integer> seen) {
    return new Watcher() {
      @Override
      public void chunk(TokenChunk chunk) {
        seen.add(chunk.getSequence());
      }

      @Override
      public void result(ResultRecord record) {}
    };
  }

  /** Writes the chunk of this number. */
  private void chunk(int sequence) {
    TokenChunk chunk =
        TokenChunk.newBuilder()
            .setId("r")
            .setTenant("t")
            .setAttempt(1)
            .setSequence(sequence)
            .setKind(ChunkKind.DELTA)
            .setData(ByteBuffer.allocate(0))
            .setCreatedAt(Instant.EPOCH)
            .build();
    TopicPartition partition = homes.chunks(PARTITION);
    byte[] value = serdes.serializer(TokenChunk.class).serialize(partition.topic(), chunk);
    consumer.updateEndOffsets(Map.of(partition, sequence + 1L));
    consumer.schedulePollTask(
        () ->
            consumer.addRecord(
                new ConsumerRecord<>(
                    partition.topic(), partition.partition(), sequence, "r", value)));
  }

  private void take(long taking) {
    owned.opening(PARTITION, taking);
    reader.taken(
        PARTITION,
        taking,
        new PartitionTakeover.Opened(writer(), List.of()),
        () -> failed.add(taking));
  }

  private KafkaStateWriter writer() {
    return new KafkaStateWriter(
        homes.front(PARTITION), new MockProducer<>(), InstantSource.system(), () -> {});
  }

  /** Notes what it hears. */
  private static final class Noting implements PartitionListener {

    private final List<String> heard = new ArrayList<>();
    private int failures;

    @Override
    public OptionalLong taken(Home home) {
      if (failures-- > 0) {
        throw new IllegalStateException("as the test wants it");
      }
      heard.add("taken " + home.partition());
      return OptionalLong.empty();
    }

    @Override
    public void result(ResultRecord record) {
      heard.add("result " + record.offset());
    }

    @Override
    public void upToDate(int partition) {
      heard.add("up to date " + partition);
    }

    @Override
    public void lost(int partition) {
      heard.add("lost " + partition);
    }
  }
}
