package io.penstock.compose.e2e;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.RegistrySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One running Penstock for all end-to-end tests of a JVM, in a folder of its own: a test takes it
 * as a parameter of type {@link PenstockNode}. Tests share its topics, so each uses ids of its own.
 * It stands on the Kafka that {@link KafkaChoice} names; tests are skipped where that cannot be
 * had.
 */
public final class PenstockFixture implements ParameterResolver, ExecutionCondition {

  /** Tags the tests that the build runs on containers, too. */
  public static final String EVERY_KAFKA = "every-kafka";

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String KEY = "running-penstock";
  private static final String CONDITION = "kafka-missing";
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(PenstockFixture.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(CONDITION, _ -> condition(), ConditionEvaluationResult.class);
  }

  /** Says once for all tests why they are skipped, where the build's output shows it. */
  @SuppressWarnings("SystemOut")
  private static ConditionEvaluationResult condition() {
    KafkaChoice choice = KafkaChoice.ofProperties();
    Optional<String> missing =
        choice.missing().map(why -> "Tests on Kafka '%s' are skipped: %s".formatted(choice, why));
    missing.ifPresent(System.out::println);
    return missing
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("Kafka is " + choice));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PenstockNode.class;
  }

  @Override
  public PenstockNode resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(KEY, _ -> new Running(), Running.class)
        .node;
  }

  /** The node and its folder, closed by JUnit after the last test. */
  private static final class Running implements AutoCloseable {

    private final Path folder;
    private final TestKafka kafka;
    private final PenstockNode node;

    Running() {
      try {
        folder = Files.createTempDirectory("penstock-test-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      kafka = KafkaChoice.ofProperties().start();
      node = new PenstockNode(config(folder, kafka));
      try {
        node.start();
        node.awaitReady(PATIENCE);
      } catch (InterruptedException e) {
        stop();
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (RuntimeException e) {
        stop();
        throw e;
      }
    }

    private static NodeConfig config(Path folder, TestKafka kafka) {
      NodeConfig usual = NodeConfig.of(folder);
      return usual.toBuilder()
          .kafka(kafka.settings())
          .topics(usual.topics().withReplicationFactor(kafka.copies()))
          .registry(RegistrySettings.embedded(0, false))
          .build();
    }

    private void stop() {
      node.close();
      kafka.close();
    }

    @Override
    public void close() throws IOException {
      stop();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
