package io.penstock.schemas.models;

import java.util.List;

/**
 * The changes that applying models made to the registry, by the models' names.
 *
 * @param unchanged those that the registry had just so; nothing was written for them
 * @param removed those that a rollback removed
 */
public record ModelChanges(
    List<String> added, List<String> updated, List<String> unchanged, List<String> removed) {

  public ModelChanges {
    added = List.copyOf(added);
    updated = List.copyOf(updated);
    unchanged = List.copyOf(unchanged);
    removed = List.copyOf(removed);
  }
}
