/** The page's own words in the viewer's language: `words('shown_of', 5, 20)`. */
define(['host/bootstrap', 'words/ru', 'words/en'], function (bootstrap, ru, en) {
  const dictionary = bootstrap.lang === 'en' ? en : ru;

  function words(key, ...values) {
    const text = dictionary[key];
    return text === undefined ? key : text.replace(/\{(\d)\}/g, (_, index) => values[index]);
  }
  words.has = (key) => key in dictionary;
  return words;
});
