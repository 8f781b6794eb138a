package io.penstock.compose.config;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.score.complexity.ComplexityPredictorProvider;
import io.penstock.streams.score.model.ModelChooserProvider;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for what the configuration only names: policies and the engine, with their options. */
final class NamedExtensions {

  private final Configuration read;
  private final List<Fault> faults = new ArrayList<>();

  private NamedExtensions(Configuration read) {
    this.read = read;
  }

  /** What is wrong with them, for the roles that use them. */
  static List<Fault> faults(Configuration read) {
    NamedExtensions named = new NamedExtensions(read);
    NodeConfig node = read.node();
    if (node.has(Role.DISPATCH)) {
      named.look("dispatch.shard", () -> ShardRules.of(node.dispatch().shard()));
    }
    if (node.has(Role.SCORE)) {
      named.look(
          "score.complexity",
          () ->
              Extensions.create(
                  ComplexityPredictorProvider.class,
                  "score.complexity",
                  node.score().complexity(),
                  ComplexityPredictorProvider::create));
      named.look(
          "score.chooser",
          () ->
              Extensions.provider(
                  ModelChooserProvider.class, "score.chooser", node.score().chooser()));
    }
    if (node.has(Role.WORKER)) {
      named.look(
          "engine",
          () ->
              new EngineOptions(
                  EngineFactory.provider(node.engine().kind()), node.engine().options()));
    }
    return named.faults;
  }

  private void look(String section, Runnable creation) {
    try {
      creation.run();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      faults.add(new Fault(origin(section, message), message));
    }
  }

  /** Where the key was set that the message speaks of, else where any of the section was. */
  private Origin origin(String section, String message) {
    List<Effective> set =
        read.effective().stream()
            .filter(each -> each.isChanged() && each.key().startsWith(section + "."))
            .toList();
    return Stream.concat(set.stream().filter(each -> speaksOf(message, each.key())), set.stream())
        .findFirst()
        .map(Effective::origin)
        .orElseGet(Origin.Default::new);
  }

  private static boolean speaksOf(String message, String key) {
    String extension = key.replaceFirst("\\.(name|options\\..*)$", "");
    String option = key.replaceFirst("^.*\\.options\\.", "");
    return message.startsWith(extension + " ") || message.contains(" " + option);
  }
}
