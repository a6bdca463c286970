package io.larder.tests.conformance.clients;

/** A name and a password. */
record Login(String user, String password) {}
