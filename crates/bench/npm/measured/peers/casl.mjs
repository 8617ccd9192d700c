// CASL: one rule for each object on which something is allowed, with the object as the subject's type: its rules are
// found by that, so that this is its fastest form.

export function casl({ createMongoAbility }, { actions, resources, isAllowed }) {
  const rules = [];
  for (const resource of resources) {
    const allowed = actions.filter((action) => isAllowed(action, resource));
    if (allowed.length > 0) rules.push({ action: allowed, subject: resource });
  }
  return () => {
    const ability = createMongoAbility(rules);
    return (action, resource) => ability.can(action, resource);
  };
}
