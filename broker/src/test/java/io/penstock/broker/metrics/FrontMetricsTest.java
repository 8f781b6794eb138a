package io.penstock.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateWriter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FrontMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FrontMetrics metrics = new FrontMetrics(registry);

  @Test
  void aRequestCountsOnceTheLogHasItAndALineOfABatchByItself() {
    CompletableFuture<Void> written = new CompletableFuture<>();
    RequestGateway gateway = metrics.counting(new Answering(written));

    var _ = gateway.submit(request(null), null);
    var _ = gateway.submit(request("batch_1"), null);
    assertThat(registry.find("penstock.front.submitted").counter()).isNull();
    written.complete(null);

    assertThat(count("penstock.front.submitted", "class", "batch")).isEqualTo(1);
    assertThat(count("penstock.front.lines.fed", "class", "batch")).isEqualTo(1);
  }

  @Test
  void aRequestThatTheLogDidNotTakeDoesNotCount() {
    RequestGateway gateway =
        metrics.counting(
            new Answering(CompletableFuture.failedFuture(new IllegalStateException("full"))));

    var _ = gateway.submit(request(null), null).exceptionally(_ -> null);

    assertThat(registry.find("penstock.front.submitted").counter()).isNull();
  }

  @Test
  void answersOfLinesCountOnceThePartitionIsUpToDateAndWhileItIsOwned() {
    PartitionListener listener = metrics.listener();
    listener.taken(new Home(3, List.of(), new NoWriter()));
    listener.result(line(3));
    listener.upToDate(3);
    listener.result(line(3));
    listener.result(line(4));
    listener.lost(3);
    listener.result(line(3));

    assertThat(count("penstock.front.lines.answered", "status", "succeeded")).isEqualTo(1);
    assertThat(registry.counter("penstock.front.takeovers").count()).isEqualTo(1);
    assertThat(registry.counter("penstock.front.losses").count()).isEqualTo(1);
  }

  private double count(String name, String tag, String value) {
    return registry.counter(name, tag, value).count();
  }

  private static ResultRecord line(int partition) {
    InferenceResult result =
        BrokerSamples.result("batch_1.1", TerminalStatus.SUCCEEDED).setBatchId("batch_1").build();
    return new ResultRecord(partition, 1, Instant.EPOCH, result);
  }

  private static InferenceRequest request(@Nullable String batch) {
    return InferenceRequest.newBuilder()
        .setId("id")
        .setTenant("t")
        .setEndpoint("/v1/embeddings")
        .setModel("m")
        .setBody(ByteBuffer.allocate(0))
        .setServiceClass(ServiceClass.BATCH)
        .setBatchId(batch)
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  private record Answering(CompletableFuture<Void> answer) implements RequestGateway {

    @Override
    public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
      return answer;
    }

    @Override
    public CompletableFuture<Void> cancel(String tenant, String id) {
      return answer;
    }
  }

  private static final class NoWriter implements StateWriter {

    @Override
    public int partition() {
      return 3;
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
