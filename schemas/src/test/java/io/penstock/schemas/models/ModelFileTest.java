package io.penstock.schemas.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {

  private static final String FULL =
      """
      # Two models
      models:
        - name: all-minilm-l6-v2
          aliases: [mini]
          endpoints: [/v1/embeddings]
          contextWindow: 512
          maxOutputTokens: 0
          tags: {dimensions: 384}
        - name: large
          endpoints: [/v1/chat/completions, /v1/completions]
          contextWindow: 131072
          maxOutputTokens: 8192
          tokenizer: o200k_base
          partitions: [1, 2]
          inputPricePerMillion: 0.5
          outputPricePerMillion: 2
          quality: 0.8
          fallbacks: [elsewhere]
          variants:
            - {name: blue, weight: 9}
            - {name: green, weight: 1, state: shadow, tags: {revision: r2}}
      """;

  @Test
  void yamlIsReadWithEveryField() {
    List<ModelSpec> models = ModelFile.parse("models.yaml", FULL, 4, Samples.NOW);

    assertThat(models).extracting(ModelSpec::getName).containsExactly("all-minilm-l6-v2", "large");
    ModelSpec mini = models.getFirst();
    assertThat(mini.getTokenizer()).isEqualTo("cl100k_base");
    assertThat(mini.getTags()).containsEntry("dimensions", "384");
    assertThat(mini.getUpdatedAt()).isEqualTo(Samples.NOW);
    ModelSpec large = models.getLast();
    assertThat(large.getPartitions()).containsExactly(1, 2);
    assertThat(large.getOutputPricePerMillion()).contains(2.0);
    assertThat(large.getVariants()).extracting("weight").containsExactly(9, 1);
    assertThat(large.getVariants().getLast().getTags()).containsEntry("revision", "r2");
  }

  @Test
  void jsonIsReadAsWell(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("models.json"),
            """
            {"models": [{"name": "m", "endpoints": ["/v1/embeddings"], "contextWindow": 512}]}
            """);

    assertThat(ModelFile.read(file, 4, Samples.NOW)).hasSize(1);
  }

  @Test
  void unknownKeysAreNamedWithTheirLinesAndTheKnownOnes() {
    assertViolations(
        """
        models:
          - name: m
            endpoints: [/v1/embeddings]
            contextWindow: 512
            contextWindows:
              nested: [1, 2]
            variants:
              - name: blue
                wieght: 3
        extra: 1
        """,
        "line 5: unknown key 'contextWindows'; known are aliases, contextWindow",
        "line 9: unknown key 'wieght'; known are engineVersion, inputPricePerMillion",
        "line 10: unknown key 'extra'; known are models");
  }

  @Test
  void wrongTypesAreNamedWithLineAndPath() {
    assertViolations(
        """
        models:
          - name: m
            contextWindow: many
        """,
        "line 3: models[0].contextWindow: ");
    assertViolations(
        """
        models:
          - name: m
            contextWindow: 1.5
        """,
        "line 3: models[0].contextWindow: ");
    assertViolations(
        """
        models:
          - name: m
            endpoints: [~]
        """,
        "models[0].endpoints");
    assertViolations("models:\n  - name: m\n    aliases:\n", "endpoints is empty");
  }

  @Test
  void missingFieldsAreNamed() {
    assertViolations(
        "models:\n  - aliases: [x]\n", "name is empty", "endpoints is empty", "contextWindow is 0");
  }

  @Test
  void violationsOfSeveralModelsComeTogether() {
    assertViolations(
        """
        models:
          - {name: a, endpoints: [/v1/embeddings], contextWindow: -5, quality: 2}
          - {name: a, endpoints: [/v2], contextWindow: 5, partitions: [4], unknown: 1}
        """,
        "line 3: unknown key 'unknown'",
        "contextWindow is -5",
        "quality is 2.0",
        "'/v2' is unknown",
        "partitions 4 is outside 0 to 3",
        "model 'a' is given 2 times");
  }

  @Test
  void aKeyGivenTwiceIsRefused() {
    assertViolations("models:\n  - name: a\n    name: b\n", "line 3", "name");
  }

  @Test
  void whatIsNoModelFileSaysSo() {
    assertViolations("", "No content");
    assertViolations("{}", "has no key 'models'");
    assertViolations("models: [", "line ");
    assertViolations("- a\n- b\n", "line 1");
    assertThatThrownBy(() -> ModelFile.parse("models.toml", "", 4, Samples.NOW))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining("name it .yaml, .yml or .json");
  }

  @Test
  void whatRoutingNeedsIsReadAndWrittenBackTheSame() {
    List<ModelSpec> models =
        ModelFile.parse(
            "models.yaml",
            """
            models:
              - name: llama
                endpoints: [/v1/chat/completions]
                contextWindow: 8192
                maxOutputTokens: 1024
                taskTypes: [chat, code]
                quality: 0.7
                qualityByDomain: {maths: 0.5}
                firstTokenTargetMillis: 500
                outputTokenTargetMillis: 25.5
                provider: local
                inputPricePerMillion: 0.2
                priceWindows:
                  - {from: "22:00", to: "06:00", zone: Europe/Zurich, factor: 0.5}
                  - {from: "06:00", to: "07:00", zone: Europe/Zurich, factor: 0.8}
                variants:
                  - name: blue
                  - name: green
                    state: shadow
                    weight: 0
                    provider: elsewhere
                    engineVersion: vllm 0.11
                    revision: abc
                    lora: tuned
                    outputPricePerMillion: 0.9
                    quality: 0.75
            """,
            4,
            Samples.NOW);

    ModelSpec llama = models.getFirst();
    assertThat(llama.getQualityByDomain()).containsEntry("maths", 0.5);
    assertThat(llama.getPriceWindows()).hasSize(2);
    assertThat(llama.getVariants().getLast().getLora()).contains("tuned");
    assertThat(ModelFile.parse("again.json", ModelFile.json(models), 4, Samples.NOW))
        .isEqualTo(models);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {from: "25:00", to: "06:00", factor: 1}                   | needs from and to as HH:MM
          {from: "06:00", to: "06:00", factor: 1}                   | begins when it ends
          {from: "01:00", to: "06:00", factor: -1}                  | needs a factor of 0 or more
          {from: "01:00", to: "06:00"}                              | needs a factor of 0 or more
          {from: "01:00", to: "06:00", factor: 1, zone: Mars/Base}  | has zone 'Mars/Base'
          {from: "23:00", to: "00:30", factor: 1, zone: Asia/Tokyo} | has several zones
          {from: "07:30", to: "09:00", factor: 1}                   | overlaps an earlier window
          """)
  void aPriceWindowThatCannotBeIsRefused(String window, String complaint) {
    assertViolations(
        """
        models:
          - name: m
            endpoints: [/v1/embeddings]
            contextWindow: 512
            priceWindows:
              - {from: "07:00", to: "08:00", factor: 1}
              - WINDOW
        """
            .replace("WINDOW", window),
        complaint);
  }

  private static void assertViolations(String yaml, String... complaints) {
    assertThatThrownBy(() -> ModelFile.parse("models.yaml", yaml, 4, Samples.NOW))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining("models.yaml: ")
        .hasMessageContainingAll(complaints);
  }
}
