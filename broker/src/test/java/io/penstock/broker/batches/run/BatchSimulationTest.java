package io.penstock.broker.batches.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchSimulationTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Property(tries = 300, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void everyRequestIsInOneFileOnceHoweverOftenTheOwnerChanges(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 120) int requests,
      @ForAll @IntRange(min = 10, max = 600) int happenings,
      @ForAll boolean cancel,
      @ForAll boolean brief)
      throws IOException {
    BatchSimulation simulation = new BatchSimulation(seed, requests, brief);
    simulation.run(happenings, cancel);

    Batch batch = simulation.batch();
    List<String> output = simulation.lines("file-out");
    List<String> errors = simulation.lines("file-err");
    if (cancel && batch.total() == 0) {
      assertThat(batch.status()).isEqualTo(BatchStatus.CANCELLED);
      assertThat(output).isEmpty();
      assertThat(errors).isEmpty();
      return;
    }
    assertThat(customIds(output, errors)).hasSize(requests);
    assertThat(output).hasSize(batch.tally().completed());
    assertThat(errors).hasSize(batch.tally().failed());
    assertThat(output.size() + errors.size()).isEqualTo(requests);
    assertThat(batch.tally().outputTokens()).isEqualTo(3L * output.size());
    assertThat(batch.status().isTerminal()).isTrue();
    for (String line : output) {
      JsonNode json = JSON.readTree(line);
      assertThat(json.path("custom_id").asText())
          .isEqualTo("line-" + json.at("/response/body/n").asInt());
    }
  }

  @Test
  void theHistoriesContainCrashesZombiesAndRepetitions() {
    int crashes = 0;
    int fenced = 0;
    int repetitions = 0;
    int foreign = 0;
    List<BatchStatus> ends = new ArrayList<>();
    for (int seed = 0; seed < 60; seed++) {
      BatchSimulation simulation = new BatchSimulation(seed, 80, seed % 3 == 0);
      simulation.run(400, seed % 4 == 0);
      crashes += simulation.crashes;
      fenced += simulation.fencedWrites;
      repetitions += simulation.repetitions;
      foreign += simulation.foreignParts;
      ends.add(simulation.batch().status());
    }
    assertThat(crashes).isGreaterThan(60);
    assertThat(fenced).isGreaterThan(60);
    assertThat(repetitions).isGreaterThan(600);
    assertThat(foreign).isGreaterThan(20);
    assertThat(ends).contains(BatchStatus.COMPLETED, BatchStatus.EXPIRED, BatchStatus.CANCELLED);
  }

  @Test
  void withoutDisturbanceNothingIsLeftOver() throws IOException {
    BatchSimulation simulation = new BatchSimulation(7, 100, false);
    simulation.run(1, false);
    assertThat(simulation.leftovers()).isZero();
    assertThat(simulation.batch().status()).isEqualTo(BatchStatus.COMPLETED);
  }

  private static Set<String> customIds(List<String> output, List<String> errors)
      throws IOException {
    TreeSet<String> ids = new TreeSet<>();
    List<String> all = new ArrayList<>(output);
    all.addAll(errors);
    for (String line : all) {
      JsonNode json = JSON.readTree(line);
      assertThat(ids.add(json.path("custom_id").asText())).as(line).isTrue();
      assertThat(json.has("response")).isTrue();
      assertThat(json.has("error")).isTrue();
    }
    return ids;
  }
}
