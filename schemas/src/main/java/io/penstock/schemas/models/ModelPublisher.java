package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.registry.RegistryLog;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes the model registry, the compacted models topic. A change is validated as part
 * of the whole registry and written in one transaction together with a revision of it: readers see
 * all of it or nothing. Opens its clients for each call; may be shared by threads.
 */
public final class ModelPublisher {

  /** Revisions kept; older ones are removed. */
  static final int REVISIONS_KEPT = 50;

  /** Revisions larger than this, in characters of JSON, are not kept: a record has its limit. */
  private static final int LARGEST_REVISION = 512 * 1024;

  private final TopicSettings settings;
  private final RegistryLog log;
  private final InstantSource clock;

  public ModelPublisher(ClusterConnection connection, TopicSettings settings) {
    this(settings, new RegistryLog(connection, settings), InstantSource.system());
  }

  /** Makes a publisher on the given log, for tests. */
  public ModelPublisher(TopicSettings settings, RegistryLog log, InstantSource clock) {
    this.settings = settings;
    this.log = log;
    this.clock = clock;
  }

  /** The registry as it stands. */
  public ModelCatalog list() {
    Map<String, ModelSpec> byName = new TreeMap<>();
    log.read(
        settings.names().models(),
        ModelSpec.class,
        (key, spec) -> {
          if (spec == null) {
            byName.remove(key);
          } else {
            byName.put(key, spec);
          }
        });
    return ModelCatalog.following(byName.values());
  }

  /** The registry's revisions that are kept, the latest first. */
  public List<Revision> history() {
    TreeMap<Long, Revision> revisions = new TreeMap<>();
    log.read(
        settings.names().routing(),
        RoutingEntry.class,
        (key, entry) -> {
          if (key.startsWith(RoutingKind.REVISION.key(""))) {
            long number = Long.parseLong(key.substring(RoutingKind.REVISION.key("").length()));
            if (entry == null) {
              revisions.remove(number);
            } else if (RoutingCodec.read(entry) instanceof Revision revision) {
              revisions.put(number, revision);
            }
          }
        });
    return List.copyOf(revisions.descendingMap().values());
  }

  /**
   * Adds these models, or puts them in place of those of their names. Those that the registry has
   * just so are left alone, so applying a file again changes nothing.
   *
   * @throws InvalidModelsException if the registry would break its rules; nothing is changed
   * @throws io.penstock.schemas.registry.ConcurrentRegistryChangeException if another publisher
   *     came between; nothing is changed
   */
  public ModelChanges apply(Collection<ModelSpec> models) {
    return log.change(
        changes -> {
          refuse("models to apply", CatalogRules.ofNames(models));
          ModelCatalog current = list();
          return replace(current, models, List.of(), "", changes);
        });
  }

  /**
   * Makes the registry what it was at a revision: models added since are removed, all others are as
   * they were. This is a change like any other, with a revision of its own.
   *
   * @param revision its number, as {@link #history} has it
   * @throws InvalidModelsException if there is no such revision, or it breaks today's rules;
   *     nothing is changed
   * @throws io.penstock.schemas.registry.ConcurrentRegistryChangeException if another publisher
   *     came between; nothing is changed
   */
  public ModelChanges rollback(String revision) {
    return log.change(
        changes -> {
          Revision target =
              history().stream()
                  .filter(each -> each.name().equals(revision))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new InvalidModelsException(
                              "revision " + revision,
                              List.of(
                                  "is not kept; 'penstock models history' lists those that are")));
          List<ModelSpec> models =
              ModelFile.parse(
                  "revision-%s.json".formatted(revision),
                  target.models(),
                  settings.modelPartitions(),
                  clock.instant());
          ModelCatalog current = list();
          Set<String> staying = new HashSet<>();
          models.forEach(model -> staying.add(model.getName()));
          List<String> leaving =
              current.models().stream()
                  .map(ModelSpec::getName)
                  .filter(name -> !staying.contains(name))
                  .toList();
          return replace(current, models, leaving, "rolled back to " + revision + ": ", changes);
        });
  }

  private ModelChanges replace(
      ModelCatalog current,
      Collection<ModelSpec> models,
      Collection<String> leaving,
      String why,
      RegistryLog.Changes changes) {
    List<String> added = new ArrayList<>();
    List<String> updated = new ArrayList<>();
    List<String> unchanged = new ArrayList<>();
    Map<String, @Nullable ModelSpec> specs = new LinkedHashMap<>();
    ModelCatalog next = current;
    for (String name : leaving) {
      specs.put(name, null);
      next = next.without(name);
    }
    for (ModelSpec model : models) {
      Optional<ModelSpec> before = byName(current, model.getName());
      if (before.filter(earlier -> sameButForTime(earlier, model)).isPresent()) {
        unchanged.add(model.getName());
        continue;
      }
      (before.isPresent() ? updated : added).add(model.getName());
      specs.put(model.getName(), model);
      next = next.with(model);
    }
    refuse("model registry", ModelCatalog.violations(next.models(), settings.modelPartitions()));
    String summary = why + summary(added, updated, List.copyOf(leaving));
    write(changes, specs, next, summary);
    return new ModelChanges(added, updated, unchanged, List.copyOf(leaving));
  }

  /** Does the same as {@link #remove(Collection)}, for one model. */
  public boolean remove(String name) {
    return !remove(List.of(name)).isEmpty();
  }

  /**
   * Removes models by name.
   *
   * @return the names that the registry had and has no more
   * @throws InvalidModelsException if one is an alias, or a remaining model's fallback; nothing is
   *     changed
   * @throws io.penstock.schemas.registry.ConcurrentRegistryChangeException if another publisher
   *     came between; nothing is changed
   */
  public List<String> remove(Collection<String> names) {
    return log.change(
        changes -> {
          ModelCatalog current = list();
          refuse("models to remove", CatalogRules.ofRemoval(current, names));
          Map<String, @Nullable ModelSpec> specs = new LinkedHashMap<>();
          ModelCatalog next = current;
          for (String name : names) {
            if (byName(current, name).isPresent()) {
              specs.put(name, null);
              next = next.without(name);
            }
          }
          List<String> removed = List.copyOf(specs.keySet());
          write(changes, specs, next, summary(List.of(), List.of(), removed));
          return removed;
        });
  }

  private void write(
      RegistryLog.Changes changes,
      Map<String, @Nullable ModelSpec> specs,
      ModelCatalog next,
      String summary) {
    if (specs.isEmpty()) {
      return;
    }
    specs.forEach((name, spec) -> changes.put(settings.names().models(), name, spec));
    List<Revision> kept = history();
    long number = kept.isEmpty() ? 1 : Long.parseLong(kept.getFirst().name()) + 1;
    String json = ModelFile.json(next.models());
    if (json.length() <= LARGEST_REVISION) {
      Instant now = clock.instant();
      Revision revision = new Revision(Long.toString(number), summary, now, json);
      changes.put(
          settings.names().routing(),
          RoutingKind.REVISION.key(revision.name()),
          RoutingCodec.entry(revision, 1, "", summary, now));
    }
    for (int i = REVISIONS_KEPT - 1; i < kept.size(); i++) {
      changes.put(settings.names().routing(), RoutingKind.REVISION.key(kept.get(i).name()), null);
    }
  }

  private static String summary(List<String> added, List<String> updated, List<String> removed) {
    List<String> parts = new ArrayList<>(3);
    if (!added.isEmpty()) {
      parts.add("added " + String.join(", ", added));
    }
    if (!updated.isEmpty()) {
      parts.add("updated " + String.join(", ", updated));
    }
    if (!removed.isEmpty()) {
      parts.add("removed " + String.join(", ", removed));
    }
    return String.join("; ", parts);
  }

  private static void refuse(String source, List<String> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidModelsException(source, violations);
    }
  }

  private static Optional<ModelSpec> byName(ModelCatalog catalog, String name) {
    return catalog.resolve(name).filter(model -> model.getName().equals(name));
  }

  private static boolean sameButForTime(ModelSpec one, ModelSpec other) {
    return ModelSpec.newBuilder(one).setUpdatedAt(other.getUpdatedAt()).build().equals(other);
  }
}
