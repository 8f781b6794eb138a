package io.penstock.schemas.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelVariant;
import org.junit.jupiter.api.Test;

class VariantStateTest {

  @Test
  void statesAreSpelledAsModelFilesSpellThem() {
    assertThat(VariantState.spellings()).containsExactly("active", "shadow", "draining", "retired");
  }

  @Test
  void onlyAnActiveVariantWithAWeightTakesNewRequests() {
    assertThat(VariantState.takesNew(variant("active", 1))).isTrue();
    assertThat(VariantState.takesNew(variant("active", 0))).isFalse();
    assertThat(VariantState.takesNew(variant("shadow", 1))).isFalse();
    assertThat(VariantState.takesNew(variant("retired", 1))).isFalse();
  }

  private static ModelVariant variant(String state, int weight) {
    return ModelVariant.newBuilder().setName("v").setState(state).setWeight(weight).build();
  }
}
