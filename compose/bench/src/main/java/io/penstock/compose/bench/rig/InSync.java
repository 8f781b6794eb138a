package io.penstock.compose.bench.rig;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaException;

/** Waits for a broker that came back. */
public final class InSync {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);

  private InSync() {}

  /** All topics, Kafka's own among them. */
  public static Collection<TopicDescription> topics(Admin admin)
      throws InterruptedException, ExecutionException {
    return admin
        .describeTopics(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get())
        .allTopicNames()
        .get()
        .values();
  }

  /** Returns when every copy of every partition is in sync. */
  public static void await(Admin admin) throws InterruptedException, ExecutionException {
    long begin = System.nanoTime();
    long behind = behind(admin);
    while (behind > 0) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new KafkaException(
            "%d partitions were not in sync %d s after the broker was back"
                .formatted(behind, PATIENCE.toSeconds()));
      }
      Thread.sleep(POLL);
      behind = behind(admin);
    }
  }

  private static long behind(Admin admin) throws InterruptedException, ExecutionException {
    return topics(admin).stream()
        .flatMap(topic -> topic.partitions().stream())
        .filter(partition -> partition.isr().size() < partition.replicas().size())
        .count();
  }

  /**
   * Gives partitions back to the brokers that are to lead them, as Kafka itself does within five
   * minutes.
   */
  public static void leadAsPreferred(Admin admin) throws InterruptedException, ExecutionException {
    var _ = admin.electLeaders(ElectionType.PREFERRED, null).partitions().get();
  }
}
