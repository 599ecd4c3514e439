/** The native controls that `self.render({ref: '/tmpl/controls/button.twig'}, params)` and `include_control` draw. */
define([
  'twigjs',
  'text!/ui/tmpl/controls/button.twig',
  'text!/ui/tmpl/controls/cancel_button.twig',
  'text!/ui/tmpl/controls/input.twig',
  'text!/ui/tmpl/controls/textarea.twig',
  'text!/ui/tmpl/controls/select.twig',
  'text!/ui/tmpl/controls/checkbox.twig',
], function (Twig, button, cancelButton, input, textarea, select, checkbox) {
  const sources = { button, cancel_button: cancelButton, input, textarea, select, checkbox };

  const compile = (source) => Twig.twig({ data: source });

  function control(name) {
    if (!(name in sources)) {
      throw new Error('no native control ' + name);
    }
    return compile(sources[name]);
  }

  Twig.extendFunction('include_control', (name, params) => control(name).render(params || {}));

  return {
    compile: compile,

    /** The control named by an amoCRM reference such as `/tmpl/controls/checkbox.twig`. Throws for an unknown one. */
    byReference: (reference) => control(reference.replace(/^.*\/controls\//, '').replace(/\.twig$/, '')),
  };
});
