/**
 * What an instance knows of the requests whose home it owns: who waits for them, where they are in
 * their life, and where in the log their results lie.
 */
package io.penstock.broker.requests;
