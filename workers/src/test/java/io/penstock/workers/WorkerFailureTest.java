package io.penstock.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker on its own threads, whose Kafka does not answer. */
@Timeout(60)
class WorkerFailureTest {

  private final Engine engine =
      EngineFactory.create(new EngineSettings("simulated", Map.of()), InstantSource.system());
  private final Worker worker =
      new Worker(
          new WorkerConfig("w", List.of("m"), 1),
          new ClusterConnection("127.0.0.1:1", "mock://none", Map.of()),
          TopicSettings.DEFAULT,
          engine,
          new SimpleMeterRegistry());

  @Test
  void aWorkerOneOfWhoseThreadsHasEndedUnaskedHasFailed() throws Exception {
    assertThat(worker.failure()).as("not started").isEmpty();
    worker.start();
    assertThat(worker.failure()).as("Kafka does not answer").isEmpty();
    for (String thread : List.of("models", "payloads", "leases")) {
      end("penstock-worker-" + thread);
      assertThat(worker.failure()).hasValueSatisfying(why -> assertThat(why).contains(thread));
    }
    end("penstock-worker-pacemaker");
    assertThat(worker.failure())
        .hasValueSatisfying(why -> assertThat(why).contains("outcomes and demands"));
    worker.close();
    engine.close();
  }

  private static void end(String name) throws InterruptedException {
    Thread thread =
        Thread.getAllStackTraces().keySet().stream()
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
    thread.interrupt();
    thread.join();
  }
}
