package io.penstock.schemas.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.Samples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogTest {

  @Test
  void aModelIsFoundByNameAndByEachAlias() {
    ModelSpec large = Samples.model("large").setAliases(List.of("big", "gpt")).build();
    ModelCatalog catalog = ModelCatalog.of(List.of(large, Samples.model("small").build()));

    assertThat(catalog.resolve("large")).contains(large);
    assertThat(catalog.resolve("big")).contains(large);
    assertThat(catalog.resolve("gpt")).contains(large);
    assertThat(catalog.resolve("huge")).isEmpty();
    assertThat(catalog.models()).extracting(ModelSpec::getName).containsExactly("large", "small");
  }

  @Test
  void everyViolationIsReportedAtOnce() {
    ModelSpec wrong =
        Samples.model("wrong")
            .setAliases(List.of("auto", "twin", "twin"))
            .setEndpoints(List.of("/v1/images"))
            .setContextWindow(0)
            .setMaxOutputTokens(-1)
            .setTokenizer("sentencepiece")
            .setPartitions(List.of(4, -1))
            .setInputPricePerMillion(-0.1)
            .setOutputPricePerMillion(Double.NaN)
            .setQuality(1.5)
            .setFallbacks(List.of("nowhere", "wrong"))
            .setVariants(
                List.of(
                    ModelVariant.newBuilder().setName("v").setWeight(-1).build(),
                    ModelVariant.newBuilder().setName("v").setState("asleep").build()))
            .build();

    assertThatThrownBy(() -> ModelCatalog.of(List.of(wrong), 4))
        .asInstanceOf(type(InvalidModelsException.class))
        .extracting(InvalidModelsException::violations)
        .satisfies(
            violations ->
                assertThat(String.join("\n", violations))
                    .contains(
                        "'auto' is how a request leaves the choice open",
                        "aliases has 'twin' more than once",
                        "'/v1/images' is unknown",
                        "contextWindow is 0",
                        "maxOutputTokens is -1",
                        "'sentencepiece' is unknown",
                        "partitions 4 is outside 0 to 3",
                        "partitions -1 is outside 0 to 3",
                        "inputPricePerMillion is -0.1",
                        "outputPricePerMillion is NaN",
                        "quality is 1.5",
                        "fallbacks names the model itself",
                        "fallbacks 'nowhere' is no model",
                        "variants has 'v' more than once",
                        "'v' has weight -1",
                        "'v' has state 'asleep'",
                        "none is active with a weight above 0"));
  }

  @Test
  void aNameBelongsToOneModel() {
    assertViolation(
        List.of(Samples.model("a").build(), Samples.model("a").build()),
        "model 'a' is given 2 times");
    assertViolation(
        List.of(
            Samples.model("a").setAliases(List.of("x")).build(),
            Samples.model("b").setAliases(List.of("x")).build()),
        "name 'x' is claimed by models [a, b]");
    assertViolation(
        List.of(Samples.model("a").build(), Samples.model("b").setAliases(List.of("a")).build()),
        "name 'a' is claimed by models [a, b]");
  }

  @Test
  void fallbacksNameModelsThatCanServeInstead() {
    assertViolation(
        List.of(
            Samples.model("a").setFallbacks(List.of("bee")).build(),
            Samples.model("b").setAliases(List.of("bee")).build()),
        "fallbacks 'bee' is an alias; name the model, 'b'");
    assertViolation(
        List.of(
            Samples.model("a").setFallbacks(List.of("b")).build(),
            Samples.model("b")
                .setEndpoints(List.of("/v1/embeddings"))
                .setMaxOutputTokens(0)
                .build()),
        "fallbacks 'b' serves none of its endpoints");
  }

  @Test
  void fallbacksDoNotLeadInACircle() {
    assertViolation(
        List.of(
            Samples.model("a").setFallbacks(List.of("b")).build(),
            Samples.model("b").setFallbacks(List.of("c")).build(),
            Samples.model("c").setFallbacks(List.of("a")).build()),
        "fallbacks lead in a circle: a -> b -> c -> a");
  }

  @Test
  void twoPathsToOneFallbackAreNoCircle() {
    assertThat(
            ModelCatalog.of(
                    List.of(
                        Samples.model("a").setFallbacks(List.of("b", "c")).build(),
                        Samples.model("b").setFallbacks(List.of("d")).build(),
                        Samples.model("c").setFallbacks(List.of("d")).build(),
                        Samples.model("d").build()))
                .models())
        .hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({"'',is empty", "' x',begins or ends", "auto,leaves the choice open"})
  void aNameMustBeUsable(String name, String complaint) {
    assertViolation(List.of(Samples.model(name).build()), complaint);
  }

  @Test
  void changesLeaveTheEarlierCatalogAsItWas() {
    ModelCatalog one = ModelCatalog.of(List.of(Samples.model("a").build()));
    ModelCatalog two = one.with(Samples.model("b").setAliases(List.of("bee")).build());

    assertThat(one.resolve("b")).isEmpty();
    assertThat(two.resolve("bee")).isPresent();
    assertThat(two.without("b")).isEqualTo(one);
    assertThat(two.without("bee")).isSameAs(two);
  }

  @Property(tries = 50)
  void theOrderInWhichRecordsArriveDoesNotMatter(
      @ForAll @IntRange(min = 1, max = 30) int size, @ForAll Random random) {
    List<ModelSpec> models = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      // Aliases collide among models and with names: the log may hold what the rules forbid.
      models.add(
          Samples.model("m" + i)
              .setAliases(List.of("alias" + random.nextInt(5), "m" + random.nextInt(40)))
              .build());
    }
    ModelCatalog sorted = ModelCatalog.following(models);
    Collections.shuffle(models, random);
    ModelCatalog followed = ModelCatalog.EMPTY;
    for (ModelSpec model : models) {
      followed = followed.with(model);
    }

    assertThat(followed).isEqualTo(sorted);
    for (int i = 0; i < 40; i++) {
      assertThat(followed.resolve("m" + i)).isEqualTo(sorted.resolve("m" + i));
      assertThat(followed.resolve("alias" + i)).isEqualTo(sorted.resolve("alias" + i));
    }
    for (ModelSpec model : models) {
      assertThat(followed.resolve(model.getName())).contains(model);
    }
  }

  private static void assertViolation(List<ModelSpec> models, String complaint) {
    assertThatThrownBy(() -> ModelCatalog.of(models))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining(complaint);
  }
}
