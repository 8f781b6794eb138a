package io.penstock.compose.config;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.score.complexity.ComplexityPredictorProvider;
import io.penstock.streams.score.model.ModelChooserProvider;
import io.penstock.workers.engine.EngineFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks for what the configuration only names: policies and the engine with their options, and the
 * file of models.
 */
final class References {

  private final Configuration read;
  private final List<Fault> faults = new ArrayList<>();

  private References(Configuration read) {
    this.read = read;
  }

  /** Returns what is wrong with those that these roles use. */
  static List<Fault> faults(Configuration read, Set<Role> roles) {
    References references = new References(read);
    NodeConfig node = read.node();
    if (roles.contains(Role.DISPATCH)) {
      references.look("dispatch.shard", () -> ShardRules.of(node.dispatch().shard()));
    }
    if (!node.has(Role.SCORE)) {
      references.refuseModelsOfThisStart();
    }
    if (roles.contains(Role.SCORE)) {
      node.models().ifPresent(file -> references.look("models", () -> requireReadable(file)));
      references.look(
          "score.complexity",
          () ->
              Extensions.create(
                  ComplexityPredictorProvider.class,
                  "score.complexity",
                  node.score().complexity(),
                  ComplexityPredictorProvider::create));
      references.look(
          "score.chooser",
          () ->
              Extensions.provider(
                  ModelChooserProvider.class, "score.chooser", node.score().chooser()));
    }
    if (roles.contains(Role.WORKER)) {
      references.look(
          "engine",
          () ->
              EngineFactory.options(
                  EngineFactory.provider(node.engine().kind()), node.engine().options()));
    }
    return references.faults;
  }

  /** A file may be shared by processes with other roles; a variable or an option is of this one. */
  private void refuseModelsOfThisStart() {
    read.effective().stream()
        .filter(each -> each.key().equals("models"))
        .filter(
            each ->
                each.origin() instanceof Origin.Variable || each.origin() instanceof Origin.Option)
        .map(
            each ->
                new Fault(
                    each.origin(),
                    "models is read by role score, which does not run here; give it where score"
                        + " runs, or use 'penstock models apply'"))
        .forEach(faults::add);
  }

  private static void requireReadable(Path models) {
    if (!Files.isReadable(models)) {
      throw new IllegalArgumentException(
          "models is %s, which cannot be read; name a file that is there".formatted(models));
    }
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
            .filter(each -> each.isChanged() && (each.key() + ".").startsWith(section + "."))
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
