package io.penstock.streams.dispatch.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;

class ShardCopiesTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void whatAllThreadsServeAndKeepIsCountedTogether() {
    new ShardCopies(() -> Set.of(new OneThread(2, 1), new OneThread(1, 0)), 2).bindTo(registry);

    assertThat(value("shards")).isEqualTo(3);
    assertThat(value("standbys")).isEqualTo(1);
    assertThat(value("standbys.wanted")).isEqualTo(6);
  }

  @Test
  void aJobThatDoesNotRunHasNone() {
    new ShardCopies(Set::of, 1).bindTo(registry);

    assertThat(value("shards") + value("standbys") + value("standbys.wanted")).isZero();
  }

  private double value(String name) {
    return registry.get("penstock.dispatch." + name).gauge().value();
  }

  private record OneThread(int active, int standby) implements ThreadMetadata {

    @Override
    public Set<TaskMetadata> activeTasks() {
      return tasks(active);
    }

    @Override
    public Set<TaskMetadata> standbyTasks() {
      return tasks(standby);
    }

    private static Set<TaskMetadata> tasks(int count) {
      return IntStream.range(0, count).mapToObj(OneTask::new).collect(Collectors.toSet());
    }

    @Override
    public String threadState() {
      return "RUNNING";
    }

    @Override
    public String threadName() {
      return "thread";
    }

    @Override
    public String consumerClientId() {
      return "consumer";
    }

    @Override
    public String restoreConsumerClientId() {
      return "restore-consumer";
    }

    @Override
    public Set<String> producerClientIds() {
      return Set.of("producer");
    }

    @Override
    public String adminClientId() {
      return "admin";
    }
  }

  private record OneTask(int partition) implements TaskMetadata {

    @Override
    public TaskId taskId() {
      return new TaskId(0, partition);
    }

    @Override
    public Set<TopicPartition> topicPartitions() {
      return Set.of();
    }

    @Override
    public Map<TopicPartition, Long> committedOffsets() {
      return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> endOffsets() {
      return Map.of();
    }

    @Override
    public Optional<Long> timeCurrentIdlingStarted() {
      return Optional.empty();
    }
  }
}
