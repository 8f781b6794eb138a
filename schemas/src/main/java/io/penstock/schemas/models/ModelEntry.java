package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.PriceWindow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as a file spells it: the fields of {@link ModelSpec}, each of which may be missing. Plain
 * fields, because Jackson knows the line of an unknown key only where it sets fields as it reads.
 */
final class ModelEntry {

  @Nullable String name;
  List<String> aliases = List.of();
  List<String> endpoints = List.of();
  @Nullable Integer contextWindow;
  @Nullable Integer maxOutputTokens;
  @Nullable String tokenizer;
  List<Integer> partitions = List.of();
  @Nullable Double inputPricePerMillion;
  @Nullable Double outputPricePerMillion;
  @Nullable Double quality;
  List<String> fallbacks = List.of();
  Map<String, String> tags = Map.of();
  List<Variant> variants = List.of();
  List<String> taskTypes = List.of();
  Map<String, Double> qualityByDomain = Map.of();
  @Nullable Long firstTokenTargetMillis;
  @Nullable Double outputTokenTargetMillis;
  @Nullable String provider;
  List<Window> priceWindows = List.of();

  static final class Window {
    @Nullable String from;
    @Nullable String to;
    @Nullable String zone;
    @Nullable Double factor;

    PriceWindow toWindow() {
      PriceWindow.Builder window =
          PriceWindow.newBuilder()
              .setFrom(from == null ? "" : from)
              .setTo(to == null ? "" : to)
              .setFactor(factor == null ? -1 : factor);
      if (zone != null) {
        window.setZone(zone);
      }
      return window.build();
    }

    static Window of(PriceWindow window) {
      Window entry = new Window();
      entry.from = window.getFrom();
      entry.to = window.getTo();
      entry.zone = window.getZone();
      entry.factor = window.getFactor();
      return entry;
    }
  }

  static final class Variant {
    @Nullable String name;
    @Nullable Integer weight;
    @Nullable String state;
    Map<String, String> tags = Map.of();
    @Nullable String provider;
    @Nullable String engineVersion;
    @Nullable String revision;
    @Nullable String lora;
    @Nullable Double inputPricePerMillion;
    @Nullable Double outputPricePerMillion;
    @Nullable Double quality;

    static Variant of(ModelVariant variant) {
      Variant entry = new Variant();
      entry.name = variant.getName();
      entry.weight = variant.getWeight();
      entry.state = variant.getState();
      entry.tags = variant.getTags();
      entry.provider = variant.getProvider().orElse(null);
      entry.engineVersion = variant.getEngineVersion().orElse(null);
      entry.revision = variant.getRevision().orElse(null);
      entry.lora = variant.getLora().orElse(null);
      entry.inputPricePerMillion = variant.getInputPricePerMillion().orElse(null);
      entry.outputPricePerMillion = variant.getOutputPricePerMillion().orElse(null);
      entry.quality = variant.getQuality().orElse(null);
      return entry;
    }

    ModelVariant toVariant() {
      ModelVariant.Builder variant =
          ModelVariant.newBuilder()
              .setName(name == null ? "" : name)
              .setTags(tags)
              .setProvider(provider)
              .setEngineVersion(engineVersion)
              .setRevision(revision)
              .setLora(lora)
              .setInputPricePerMillion(inputPricePerMillion)
              .setOutputPricePerMillion(outputPricePerMillion)
              .setQuality(quality);
      if (weight != null) {
        variant.setWeight(weight);
      }
      if (state != null) {
        variant.setState(state);
      }
      return variant.build();
    }
  }

  static ModelEntry of(ModelSpec spec) {
    ModelEntry entry = new ModelEntry();
    entry.name = spec.getName();
    entry.aliases = spec.getAliases();
    entry.endpoints = spec.getEndpoints();
    entry.contextWindow = spec.getContextWindow();
    entry.maxOutputTokens = spec.getMaxOutputTokens();
    entry.tokenizer = spec.getTokenizer();
    entry.partitions = spec.getPartitions();
    entry.inputPricePerMillion = spec.getInputPricePerMillion().orElse(null);
    entry.outputPricePerMillion = spec.getOutputPricePerMillion().orElse(null);
    entry.quality = spec.getQuality().orElse(null);
    entry.fallbacks = spec.getFallbacks();
    entry.tags = spec.getTags();
    entry.variants = spec.getVariants().stream().map(Variant::of).toList();
    entry.taskTypes = spec.getTaskTypes();
    entry.qualityByDomain = spec.getQualityByDomain();
    entry.firstTokenTargetMillis = spec.getFirstTokenTargetMillis().orElse(null);
    entry.outputTokenTargetMillis = spec.getOutputTokenTargetMillis().orElse(null);
    entry.provider = spec.getProvider().orElse(null);
    entry.priceWindows = spec.getPriceWindows().stream().map(Window::of).toList();
    return entry;
  }

  /** Returns what is missing becomes a value that the rules refuse. */
  ModelSpec toSpec(Instant updatedAt) {
    ModelSpec.Builder spec =
        ModelSpec.newBuilder()
            .setName(name == null ? "" : name)
            .setAliases(aliases)
            .setEndpoints(endpoints)
            .setContextWindow(contextWindow == null ? 0 : contextWindow)
            .setMaxOutputTokens(maxOutputTokens == null ? 0 : maxOutputTokens)
            .setPartitions(partitions)
            .setInputPricePerMillion(inputPricePerMillion)
            .setOutputPricePerMillion(outputPricePerMillion)
            .setQuality(quality)
            .setFallbacks(fallbacks)
            .setTags(tags)
            .setVariants(variants.stream().map(Variant::toVariant).toList())
            .setTaskTypes(taskTypes)
            .setQualityByDomain(qualityByDomain)
            .setFirstTokenTargetMillis(firstTokenTargetMillis)
            .setOutputTokenTargetMillis(outputTokenTargetMillis)
            .setProvider(provider)
            .setPriceWindows(priceWindows.stream().map(Window::toWindow).toList())
            .setUpdatedAt(updatedAt);
    if (tokenizer != null) {
      spec.setTokenizer(tokenizer);
    }
    return spec.build();
  }
}
