package io.penstock.streams.dispatch.topology;

import static io.penstock.streams.dispatch.Samples.START;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.runtime.BatchEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/** The dispatch topology of one shard without Kafka. */
public final class ShardDriver implements AutoCloseable {

  private final AvroSerdes serdes = new AvroSerdes("mock://" + UUID.randomUUID());
  private final DispatchParts parts;
  private final Properties settings = new Properties();
  private TopologyTestDriver driver;

  /**
   * Starts it.
   *
   * @param state a folder of its own
   */
  public ShardDriver(String name, Path state, InstantSource clock, MeterRegistry registry) {
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    parts =
        new DispatchParts(
            DispatchConfig.DEFAULT,
            ShardRules.of(DispatchConfig.DEFAULT.shard()),
            TopicSettings.DEFAULT,
            serdes,
            BatchEnd.NEVER,
            clock,
            registry,
            () -> false);
    driver = new TopologyTestDriver(DispatchTopology.build(parts), settings, START);
  }

  /** Opens the topology anew, as a thread does that takes over from another. */
  void reopen() {
    driver.close();
    driver = new TopologyTestDriver(DispatchTopology.build(parts), settings, START);
  }

  /** Takes records of a topic. */
  public <T extends SpecificRecord> TestInputTopic<String, T> input(String topic, Class<T> type) {
    return driver.createInputTopic(topic, new StringSerializer(), serdes.serializer(type));
  }

  /** Takes values as they come, also such as cannot be read. */
  public TestInputTopic<String, byte[]> raw(String topic) {
    return driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer());
  }

  /** Gives the records of a topic. */
  public <T extends SpecificRecord> TestOutputTopic<String, T> output(String topic, Class<T> type) {
    return driver.createOutputTopic(topic, new StringDeserializer(), serdes.deserializer(type));
  }

  /** Lets the wall clock of the topology run on. */
  public void advance(Duration time) {
    driver.advanceWallClockTime(time);
  }

  @Override
  public void close() {
    driver.close();
  }
}
